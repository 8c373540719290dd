package io.millrace.testing.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.check.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandResultITCase {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final List<String> FOREVER = List.of("sh", "-c", "echo $$ > pid; exec sleep 600");

  @TempDir private Path directory;

  @Test
  void of_commandEnds_itsCodeAndBothOutputsAreKept() throws Exception {
    CommandResult result =
        CommandResult.of(List.of("sh", "-c", "echo a; echo b >&2; exit 3"), directory, DEADLINE);
    assertThat(result).isEqualTo(new CommandResult(3, "a\n", "b\n"));
  }

  @Test
  void of_deadlinePasses_killsTheCommand() throws Exception {
    assertThatThrownBy(() -> CommandResult.of(FOREVER, directory, Duration.ofSeconds(2)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("still running after 2 s");
    awaitEnd(pid());
  }

  @Test
  void of_interrupted_killsTheCommand() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<?> result = thread.submit(() -> CommandResult.of(FOREVER, directory, DEADLINE));
      long command = pid();
      result.cancel(true);
      awaitEnd(command);
    } finally {
      thread.shutdownNow();
      assertThat(thread.awaitTermination(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void awaitEnd(long pid) throws Exception {
    Optional<ProcessHandle> command = ProcessHandle.of(pid);
    if (command.isPresent()) {
      command.get().onExit().get(DEADLINE.toSeconds() / 2, TimeUnit.SECONDS);
    }
  }

  private long pid() throws Exception {
    Path pid = directory.resolve("pid");
    Await.until("the command runs", () -> Files.exists(pid) && !Files.readString(pid).isBlank());
    return Long.parseLong(Files.readString(pid).strip());
  }
}
