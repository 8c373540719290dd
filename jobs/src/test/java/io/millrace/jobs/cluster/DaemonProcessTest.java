package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DaemonProcessTest {
  private static final Duration GRACE = Duration.ofMinutes(1);

  /** As in a container whose first process waits for no child. */
  @Test
  @Timeout(180)
  void stop_parentNeverWaitsForIt_isOverWhenItsProgramIs() throws Exception {
    Process parent = new ProcessBuilder("sh", "-c", "sleep 600 & echo $!; exec sleep 600").start();
    try (BufferedReader out = parent.inputReader()) {
      DaemonProcess child = process(Long.parseLong(out.readLine()));
      assertThat(child.isAlive()).isTrue();

      child.stop(GRACE);

      assertThat(child.isAlive()).isFalse();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  @Timeout(180)
  void stop_heedsNoTerm_isEndedWithSignal9() throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done")
            .start();
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      DaemonProcess daemon = process(process.pid());

      daemon.stop(Duration.ofMillis(200));

      assertThat(daemon.isAlive()).isFalse();
      assertThat(process.waitFor()).isEqualTo(128 + 9);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void stop_anotherProcessHasItsId_leavesThatAlone() throws Exception {
    Process other = new ProcessBuilder("sleep", "600").start();
    try {
      DaemonProcess it = process(other.pid());
      DaemonProcess earlier =
          new DaemonProcess(it.name(), it.id(), it.pid(), it.startTicks() - 1, it.log());

      earlier.stop(GRACE);

      assertThat(earlier.isAlive()).isFalse();
      assertThat(it.isAlive()).isTrue();
    } finally {
      other.destroyForcibly();
    }
  }

  private static DaemonProcess process(long pid) {
    long startTicks = RunningProcess.of(pid).orElseThrow().startTicks();
    return new DaemonProcess("name", "id", pid, startTicks, Path.of("log"));
  }
}
