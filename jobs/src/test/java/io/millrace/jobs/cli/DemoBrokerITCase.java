package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.processes.ReservedPort;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo broker}: a real one, in a process of its own. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DemoBrokerITCase {
  private static final Pattern READY =
      Pattern.compile("Kafka at localhost:(\\d+) \\(data in (\\S+)\\); Ctrl-C ends it");

  @TempDir private Path folder;

  @Test
  void script_onSigterm_endsBrokerAndChildrenAndDeletesItsTemporaryFolder() throws Exception {
    String script = Path.of(System.getProperty("millrace.distribution"), "bin/millrace").toString();
    String port = Integer.toString(ReservedPort.freeNumber());
    ProcessBuilder builder =
        new ProcessBuilder(script, "demo", "broker", "--port", port)
            .redirectError(folder.resolve("err").toFile());
    // A JVM would say on standard error that it has read it.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    List<ProcessHandle> children = List.of();
    try (BufferedReader out = process.inputReader()) {
      Matcher ready = READY.matcher(String.valueOf(out.readLine()));
      assertThat(ready.matches()).as(Files.readString(folder.resolve("err"))).isTrue();
      assertThat(ready.group(1)).isEqualTo(port);
      assertThat(Path.of(ready.group(2), "server.properties")).exists();
      children = process.descendants().toList();
      assertThat(children).isNotEmpty();
      new Topics("localhost:" + port).create("records");

      process.destroy();

      assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
      for (ProcessHandle child : children) {
        child.onExit().get(3, TimeUnit.MINUTES);
      }
      assertThat(Path.of(ready.group(2))).doesNotExist();
      assertThat(folder.resolve("err")).isEmptyFile();
    } finally {
      children.forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void directory_givenAgain_stillHasItsRecords() throws Exception {
    String directory = folder.resolve("kafka").toString();
    int port = ReservedPort.freeNumber();
    String servers = "localhost:" + port;
    String[] command = {
      "demo", "broker", "--port", Integer.toString(port), "--directory", directory
    };
    try (RunningCommand broker = RunningCommand.start(command)) {
      broker.awaitOut("Kafka at " + servers + " (data in " + directory + ")");
      Topics topics = new Topics(servers);
      topics.create("records");
      topics.send("records", 0, "key", "value");
      assertThat(broker.stop().exitCode()).isZero();
    }
    try (RunningCommand broker = RunningCommand.start(command)) {
      broker.awaitOut("Kafka at " + servers);
      assertThat(CommittedTopic.read(servers, "records", Duration.ofMinutes(2))).hasSize(1);

      CommandLineRun second =
          CommandLineRun.of(
              "demo", "broker", "--port", "" + ReservedPort.freeNumber(), "--directory", directory);
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.err()).contains("another broker runs on folder " + directory);
    }
  }

  @Test
  void port_thatIsTaken_isNamedInOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandLineRun run = CommandLineRun.of("demo", "broker", "--port", "" + taken.getLocalPort());

      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err())
          .isEqualToNormalizingNewlines(
              "millrace: port "
                  + taken.getLocalPort()
                  + " is taken: expected a free one; --port chooses another\n");
    }
  }

  @Test
  void options_thatCannotBeMeant_areWrongUsage() {
    assertThat(CommandLineRun.of("demo", "broker", "--port", "0").err())
        .contains("--port 0: expected 1024 to 65535");
    CommandLineRun misplaced = CommandLineRun.of("demo", "--port", "9192", "broker");
    assertThat(misplaced.exitCode()).isEqualTo(2);
    assertThat(misplaced.err()).contains("--port before 'broker': expected it behind");
  }
}
