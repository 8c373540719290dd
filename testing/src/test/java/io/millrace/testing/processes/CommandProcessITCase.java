package io.millrace.testing.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.check.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandProcessITCase {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final List<String> FOREVER =
      List.of(
          "sh",
          "-c",
          "echo $$ > pid; trap 'echo ended > trace; exit 0' TERM; while :; do sleep 0.05; done");

  @TempDir private Path directory;

  @Test
  void command_endsByItself_itsCodeAndItsOutputAreKept() throws Exception {
    try (CommandProcess good = start("good", "sh", "-c", "echo \"$GREETING $1\"", "x", "a b");
        CommandProcess bad = start("bad", "sh", "-c", "echo why >&2; exit 3")) {
      good.awaitSuccess(DEADLINE);
      assertThat(Files.readString(good.log())).isEqualTo("hello a b\n");
      assertThatThrownBy(() -> bad.awaitSuccess(DEADLINE))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("bad failed with exit code 3", "why");
    }
  }

  @Test
  void close_commandIsRunning_endsItWithATerm() throws Exception {
    CommandProcess process = CommandProcess.start("forever", FOREVER, Map.of(), directory);
    ProcessHandle command = command();

    process.close();
    process.close();

    assertThat(command.isAlive()).isFalse();
    assertThat(directory.resolve("trace")).hasContent("ended");
    assertThat(process.exitCode()).isZero();
  }

  @Test
  void parentKilled_commandEndsToo() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                directory.toString())
            .inheritIO()
            .start();
    try {
      ProcessHandle command = command();
      parent.destroyForcibly();
      command.onExit().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } finally {
      parent.destroyForcibly();
    }
  }

  /** Starts a command and stays. */
  static final class Parent {
    public static void main(String[] args) throws Exception {
      CommandProcess.start("forever", FOREVER, Map.of(), Path.of(args[0]));
      Thread.currentThread().join();
    }
  }

  private CommandProcess start(String name, String... command) throws IOException {
    return CommandProcess.start(name, List.of(command), Map.of("GREETING", "hello"), directory);
  }

  private ProcessHandle command() throws Exception {
    Path pid = directory.resolve("pid");
    Await.until("the command runs", () -> Files.exists(pid) && !Files.readString(pid).isBlank());
    return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
  }
}
