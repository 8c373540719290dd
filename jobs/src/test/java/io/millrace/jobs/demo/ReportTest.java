package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir private Path folder;

  @Test
  void write_holdsFiguresAndData_andAsksNobodyForAnything() throws IOException {
    Ledger ledger = Runs.complete(12_000);
    Summary summary = Summary.of(ledger, Duration.ZERO);
    ReportData data =
        ReportData.of(ledger, summary, Runs.events(), Instant.ofEpochMilli(Runs.PUBLISHED));
    Switchover switchover = Switchover.of(Runs.events(), 2, Instant.ofEpochMilli(Runs.PUBLISHED));

    Path file = folder.resolve("target/report.html");
    new Report(summary, data, switchover).write(file, "A run with <b>.", "Seed 1.");

    String html = Files.readString(file);
    assertThat(html)
        .contains("Every record accounted for", "A run with &lt;b&gt;.", summary.lastLine())
        .contains("190 ms after it was published")
        .doesNotContain("{{")
        .doesNotContainPattern("(?i)(src|href)\\s*=\\s*[\"']?(https?:)?//")
        .doesNotContainPattern("(?i)@import|url\\(\\s*[\"']?(https?:)?//");
    JsonNode plotted =
        new ObjectMapper().readTree(between(html, "type=\"application/json\">", "</script>"));
    assertThat(plotted.path("intervals")).hasSizeGreaterThanOrEqualTo(23);
    assertThat(plotted.path("scores").path("2").path("fraud")).hasSize(72);
    assertThat(plotted.path("publishedAt").doubleValue()).isEqualTo(6);
    assertThat(plotted.path("events")).hasSize(Runs.events().size());
  }

  @Test
  void html_ofAFaultyRun_saysWhatIsWrong() {
    Ledger ledger = Runs.complete(1_000);
    Summary summary = Summary.of(ledger, Duration.ZERO);
    ReportData data =
        ReportData.of(ledger, summary, Runs.events(), Instant.ofEpochMilli(Runs.PUBLISHED));
    Switchover switchover = Switchover.of(Runs.events(), 2, Instant.ofEpochMilli(Runs.PUBLISHED));

    assertThat(new Report(summary, data, switchover).html("", ""))
        .contains("Not as it should be", "version 2 scored nothing");
  }

  private static String between(String text, String before, String after) {
    int from = text.indexOf(before) + before.length();
    return text.substring(from, text.indexOf(after, from));
  }
}
