package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.models.ExampleBytes;
import io.millrace.testing.models.MaliciousModels;
import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench} with real processes, a real Flink and a real TensorFlow; no figure is held. */
class BenchITCase {
  private static final List<String> SHORT =
      List.of("--seconds", "5", "--intra-op", "1", "--inter-op", "-1");

  @TempDir private Path folder;

  private static CommandLineRun bench(Path model, String... more) {
    List<String> line = new ArrayList<>(List.of("bench", model.toString()));
    line.addAll(SHORT);
    line.addAll(List.of(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  @Test
  void bench_settings_printsTableAndConfigurationAndWritesTheReport() {
    Path model = SavedModels.ragged(folder.resolve("m/7"));
    Path report = folder.resolve("reports/bench.html");
    String tooMany = Integer.toString(Runtime.getRuntime().availableProcessors() + 1);

    CommandLineRun run =
        bench(
            model,
            "--input-shape",
            "x=[-1,3]",
            "--batch-sizes",
            "1,4",
            "--parallelism",
            "1," + tooMany,
            "--report",
            report.toString());

    assertOneLine(run, 0, "warning: " + tooMany + " subtasks", tooMany + " threads on");
    assertThat(run.out())
        .contains("measuring 4 settings", "records/s", "To use:", "Why:")
        .contains("model: {input-shapes: {x: [-1, 3]}}")
        .containsPattern("(?m)^ +4 +1 +-1 +" + tooMany + " +[0-9,]+ ")
        .containsPattern("batching: \\{max-batch-size: [14], batch-timeout: \\d+ ms}");
    assertThat(report).content().contains("Configuration to use", "\"batch\":4");
  }

  @Test
  void bench_everyElementType_printsJsonOfEveryCell() throws IOException {
    Path model = SavedModels.identity(folder.resolve("7"));

    CommandLineRun run =
        bench(model, "--signature", "all", "--batch-sizes", "3", "--parallelism", "1", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.path("signature").textValue()).isEqualTo("all");
    assertThat(json.path("cells")).hasSize(1);
    assertThat(json.at("/cells/0/records-per-second/min").doubleValue()).isPositive();
    assertThat(json.at("/cells/0/cpu-micros-per-record/max").doubleValue()).isPositive();
    assertThat(json.at("/cells/0/p99-micros/median").doubleValue()).isPositive();
    assertThat(json.at("/cells/0/ratio-to-bare-call/median").doubleValue()).isPositive();
    assertThat(json.at("/configuration").path("model.signature-key").textValue()).isEqualTo("all");
  }

  @Test
  void bench_noBatchDimension_measuresBatch1FromRecords() throws IOException {
    Path model = SavedModels.unbatched(folder.resolve("7"));
    Path records = Files.writeString(folder.resolve("in.jsonl"), "{\"a\": 2, \"b\": 3}\n");

    CommandLineRun run = bench(model, "--parallelism", "1", "--records", records.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("measuring 1 settings", "takes a record a call", "max-batch-size: 1,");
  }

  @Test
  void bench_modelThatThePolicyRefuses_isMeasuredWhereThePolicyIsOff() throws IOException {
    Path model = MaliciousModels.writing(folder.resolve("7"), folder.resolve("written"));

    assertOneLine(bench(model), 1, "op 'WriteFile' (node 'hostile')", "ops-policy standard");
    assertThat(folder.resolve("written")).doesNotExist();

    CommandLineRun run =
        bench(model, "--policy", "off", "--batch-sizes", "3", "--parallelism", "1");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("measuring 1 settings", "model: {ops-policy: off}");
  }

  @Test
  void bench_recordThatDoesNotFit_isNamedAndExitsWith2() throws IOException {
    Path model = SavedModels.failing(folder.resolve("7"));
    Path records = Files.writeString(folder.resolve("in.jsonl"), "{\"x\": 1}\n{\"x\": \"a\"}\n");

    CommandLineRun run = bench(model, "--records", records.toString());

    assertOneLine(run, 2, "record 2", "'x'");
  }

  @Test
  void bench_modelThatFailsOnAnExample_saysWhatTensorFlowSaidAndExitsWith1() throws IOException {
    Path model = SavedModels.failing(folder.resolve("7"));
    Path records = folder.resolve("in.tfrecord");
    Files.write(records, ExampleBytes.file(example(1), example(-1)));

    CommandLineRun run = bench(model, "--records", records.toString(), "--format", "tf-example");

    assertOneLine(run, 1, "record 2", "negative x");
  }

  private static byte[] example(float x) {
    return ExampleBytes.of(Map.of("x", ExampleBytes.floats(x)));
  }

  @Test
  void bench_whatCannotBeMeasured_isRefusedBeforeAnythingStarts() {
    Path open = SavedModels.ragged(folder.resolve("open/7"));
    Path many = SavedModels.identity(folder.resolve("many/7"));

    assertOneLine(bench(open), 2, "'x': float32[-1, -1]", "--input-shape x=[-1,3]");
    assertOneLine(bench(open, "--input-shape", "x=3"), 2, "--input-shape x=3: expected", "[-1, 3]");
    assertOneLine(
        bench(open, "--input-shape", "x=[3]"), 2, "--input-shape x=[3]: input 'x'", "[-1, -1]");
    assertOneLine(
        bench(open, "--input-shape", "z=[-1,3]", "--input-shape", "x=[-1,3]"),
        2,
        "--input-shape z=[-1, 3]: ",
        "unknown input 'z'",
        "expected one of [x]");
    assertOneLine(bench(open, "--signature", "nope"), 2, "'nope'", "serving_default");
    assertOneLine(bench(open, "--records", "/nowhere.jsonl"), 2, "/nowhere.jsonl");
    assertOneLine(bench(open, "--format", "raw"), 2, "--format raw", "--records FILE");
    assertOneLine(bench(open, "--format", "tf-example"), 2, "tf-example", "--records FILE");
    assertOneLine(bench(open, "--format", "csv"), 2, "--format", "json, raw, tf-example", "csv");
    assertOneLine(bench(open, "--batch-sizes", "0"), 2, "--batch-sizes 0");
    assertOneLine(bench(many, "--report", "" + folder), 2, "--report", "it is a folder");
    String below = many.resolve("saved_model.pb/bench.html").toString();
    assertOneLine(bench(many, "--report", below), 2, below, "saved_model.pb is no folder");
    assertOneLine(bench(many), 2, "--signature", "float32");
    assertOneLine(bench(folder.resolve("none")), 1, "does not exist");
  }

  private static void assertOneLine(CommandLineRun run, int exitCode, String... parts) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.err()).contains(parts);
    assertThat(run.err().lines()).hasSize(1);
  }
}
