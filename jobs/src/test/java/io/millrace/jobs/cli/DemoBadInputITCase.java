package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.processes.ReservedPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo prepare} and {@code demo feed}, told what cannot work. No broker runs. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DemoBadInputITCase {
  @TempDir private Path folder;
  private String servers;
  private Path config;

  @BeforeEach
  void choose() throws Exception {
    servers = "localhost:" + ReservedPort.freeNumber();
    config = folder.resolve("fraud.yaml");
  }

  @Test
  void prepare_overAFileOfSomebodyElse_isRefused() throws Exception {
    Files.writeString(config, "job: {name: mine}\n");

    CommandLineRun run = prepare(folder.resolve("models").toString());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(config + " is not a file of 'demo prepare'");
    assertThat(config).hasContent("job: {name: mine}\n");
  }

  @Test
  void brokerThatDoesNotAnswer_isNamedInOneLine() throws Exception {
    long start = System.nanoTime();
    List<RunningCommand> commands =
        List.of(
            RunningCommand.start("demo", "feed", "--bootstrap-servers", servers),
            RunningCommand.start(
                "demo",
                "prepare",
                "--bootstrap-servers",
                servers,
                "--models",
                folder.resolve("models").toString(),
                "--config",
                config.toString()));
    for (RunningCommand command : commands) {
      CommandLineRun run = command.await();
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err()).contains("on " + servers + ": no answer").hasLineCount(1);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
    assertThat(config).doesNotExist();
  }

  @Test
  void options_thatCannotBeMeant_areWrongUsage() {
    CommandLineRun rate = feed("--rate", "-5");
    assertThat(rate.exitCode()).isEqualTo(2);
    assertThat(rate.err()).contains("--rate -5: expected 1 to 50000");
    CommandLineRun seconds = feed("--seconds", "-1");
    assertThat(seconds.exitCode()).isEqualTo(2);
    assertThat(seconds.err()).contains("--seconds -1: expected 1 to");
    config = folder.resolve("missing/fraud.yaml");
    CommandLineRun noFolder = prepare(folder.resolve("models").toString());
    assertThat(noFolder.exitCode()).isEqualTo(2);
    assertThat(noFolder.err())
        .contains("folder " + folder.resolve("missing") + " does not exist; create it first");
  }

  private CommandLineRun prepare(String models, String... more) {
    List<String> line = new ArrayList<>(List.of("demo", "prepare", "--bootstrap-servers", servers));
    line.addAll(List.of("--models", models, "--config", config.toString()));
    line.addAll(List.of(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  private CommandLineRun feed(String... more) {
    List<String> line = new ArrayList<>(List.of("demo", "feed", "--bootstrap-servers", servers));
    line.addAll(List.of(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }
}
