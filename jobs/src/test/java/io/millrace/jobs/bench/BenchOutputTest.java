package io.millrace.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InputShapes;
import io.millrace.jobs.YamlConfiguration;
import io.millrace.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run as table, YAML, JSON and page. */
class BenchOutputTest {
  private static final Threads ONE = new Threads(1, -1, 1);
  private static final BenchResult EVEN =
      Results.of(
          Results.fixed(1e6),
          List.of(Results.cell(1, ONE, 25_000), Results.cell(128, ONE, 1_234_567)));

  @TempDir private Path folder;

  @Test
  void text_marksPickedRow_andSaysWhatToUseAndWhy() {
    String text = BenchText.of(EVEN);

    assertThat(text.lines())
        .anyMatch(
            line ->
                line.matches(
                    " +128 +1 +-1 +1 +1,234,567 \\+- 0% +0\\.810 +0\\.128 +0\\.256 +0\\.80 +0\\.50"
                        + "  <"))
        .anyMatch(line -> line.matches(" +1 +1 +-1 +1 +25,000 \\+- 0% +40\\.0 .*0\\.50"))
        .contains("- 1,234,567 records/s (+-0%), the fastest of 2.")
        .contains("Batch 512 and above are left out: its rows take 300 MiB.");
    assertThat(text).contains("over 5 rounds the same loop varied by +-3%");
  }

  @Test
  void yaml_isWhatAJobTakes() throws Exception {
    Path file = Files.writeString(folder.resolve("job.yaml"), EVEN.yaml());

    Configuration job = YamlConfiguration.read(file, Map.of());

    assertThat(job.get(InferenceOptions.MAX_BATCH_SIZE)).isEqualTo(128);
    assertThat(job.get(InferenceOptions.BATCH_TIMEOUT)).hasMillis(5);
    assertThat(job.get(InferenceOptions.INTRA_OP_PARALLELISM)).isEqualTo(1);
    assertThat(job.get(InferenceOptions.INTER_OP_PARALLELISM)).isEqualTo(-1);
    assertThat(InputShapes.of(job)).isEqualTo(Map.of("x", Shape.of(-1, 3)));
  }

  @Test
  void unevenMachine_isSaid() {
    BenchResult uneven = Results.of(new Spread(100, 70, 130), List.of(Results.cell(1, ONE, 1_000)));

    assertThat(EVEN.isEven()).isTrue();
    assertThat(uneven.isEven()).isFalse();
    assertThat(BenchText.of(uneven)).contains("too uneven", "+-30%", "15% at the most");
    assertThat(BenchReport.html(uneven)).contains("Uneven: \u00b130%", "too uneven");
  }

  @Test
  void json_holdsEveryCell() throws IOException {
    JsonNode json = new ObjectMapper().readTree(EVEN.toJson());

    assertThat(json.path("format").intValue()).isEqualTo(1);
    assertThat(json.path("even").booleanValue()).isTrue();
    assertThat(json.path("cells")).hasSize(2);
    assertThat(json.at("/cells/1/records-per-second/median").doubleValue()).isEqualTo(1_234_567);
    assertThat(json.at("/cells/1/ratio-to-bare-loop/median").doubleValue()).isEqualTo(0.8);
    assertThat(json.at("/cells/1/picked").booleanValue()).isTrue();
    assertThat(json.path("configuration").path("batching.max-batch-size").textValue())
        .isEqualTo("128");
  }

  @Test
  void report_holdsFiguresAndData_andAsksNobodyForAnything() throws IOException {
    Path file = folder.resolve("target/report.html");
    BenchReport.write(EVEN, file);

    String html = Files.readString(file);
    assertThat(html)
        .contains("1,234,567 records a second in batches of 128", "/models/&lt;fraud&gt;/7")
        .contains("Even: \u00b13%", "max-batch-size: 128")
        .doesNotContain("{{")
        .doesNotContainPattern("(?i)(src|href)\\s*=\\s*[\"']?(https?:)?//");
    String start = "type=\"application/json\">";
    String data = html.substring(html.indexOf(start) + start.length());
    JsonNode plotted = new ObjectMapper().readTree(data.substring(0, data.indexOf("</script>")));
    assertThat(plotted.path("settings")).hasSize(1);
    assertThat(plotted.at("/points/1/perSecond/median").doubleValue()).isEqualTo(1_234_567);
  }

  @Test
  void digits_threeThatCount() {
    assertThat(List.of(0.0, 0.0123, 0.5, 1.234, 45.67, 123.4, 12345.6))
        .extracting(BenchText::digits)
        .containsExactly("0", "0.0123", "0.500", "1.23", "45.7", "123", "12,346");
  }
}
