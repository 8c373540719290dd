package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay --what-if} over real files with real models. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReplayWhatIfITCase {
  private static final int LINES = 2000;

  @TempDir private static Path folder;

  private static Path history() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      lines.add("{\"id\":%d,\"x\":[%d,2]}".formatted(i, i));
    }
    Path history = Files.createDirectories(folder.resolve("history"));
    Files.write(history.resolve("plain.jsonl"), lines);
    return history;
  }

  private static CommandLineRun run(Path input, Path output, String... more) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("replay.yaml"),
            """
            job: {parallelism: 2}
            input: {paths: "%s", split-size: 4 kb}
            output: {path: "%s", fields: [id]}
            model: {name: m, base: /models}
            """
                .formatted(input, output));
    List<String> line = new ArrayList<>(List.of("replay", "--config", config.toString()));
    line.addAll(Arrays.asList(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  @Test
  void replay_whatIf_reportsWhatAnotherVersionDecidesOtherwise() throws Exception {
    Path versions = folder.resolve("versions");
    SavedModels.linear(versions.resolve("7"), new float[] {3, 1}, 0);
    SavedModels.linear(versions.resolve("9"), new float[] {2, 1}, 0);
    Path input = history();
    Path output = folder.resolve("as-it-was");
    Path report = folder.resolve("what-if.html");
    String base = "-Dmodel.base=" + versions;
    String[] asked = {
      base,
      "-Dmodel.version-policy=7",
      "--what-if",
      "9",
      "--report",
      report.toString(),
      "--output-name",
      "y",
      "--threshold",
      "3002",
      "--by",
      "id"
    };
    assertRefused(1, run(input, output, asked), "as-it-was does not exist");
    assertThat(run(input, output, base, "-Dmodel.version-policy=7").exitCode()).isZero();

    String[] unknown = asked.clone();
    unknown[7] = "score";
    assertRefused(
        1,
        run(input, output, unknown),
        "no number score[0] in the predictions",
        "'y' of 1 numbers");
    assertThat(folder.resolve("as-it-was-what-if-9")).doesNotExist();

    CommandLineRun run = run(input, output, asked);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    // 3 x + 2 is 3002 from 1000 on, 2 x + 2 from 1500 on.
    assertThat(run.out())
        .contains("versions=9:2000", "compared=2000 changed=500 (25.00%) only-base=0 only-other=0");
    assertThat(folder.resolve("as-it-was-what-if-9/_SUCCESS")).exists();
    assertThat(report)
        .content()
        .contains("25.0% of the decisions change", "m/9 in the place of m/7");

    assertRefused(1, run(input, output, asked), "as-it-was-what-if-9 exists");
    assertRefused(2, run(input, output, "--what-if", "9"), "--what-if 9", "--report FILE");
    assertRefused(2, run(input, output, "--report", "x.html"), "--what-if VERSION");
  }

  private static void assertRefused(int exitCode, CommandLineRun run, String... parts) {
    assertThat(run.err()).contains(parts).hasLineCount(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }
}
