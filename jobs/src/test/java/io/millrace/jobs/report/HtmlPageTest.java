package io.millrace.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HtmlPageTest {
  @Test
  void html_dataThatIsMarkup_staysWithinItsElement() {
    String html =
        new HtmlPage(
                HtmlPageTest.class,
                Map.of(
                    "kicker",
                    "k",
                    "title",
                    "t",
                    "lead",
                    "l",
                    "verdict",
                    "v",
                    "verdictClass",
                    "good",
                    "faults",
                    List.of(),
                    "tiles",
                    List.of()))
            .html(Map.of("text", "</script><!--<script>"));

    assertThat(html).contains("{\"text\":\"\\u003c/script>\\u003c!--\\u003cscript>\"}");
  }
}
