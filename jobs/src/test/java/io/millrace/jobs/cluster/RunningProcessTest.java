package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RunningProcessTest {
  private static final double TICKS_PER_SECOND = 100;

  /** By the machine's uptime, which no change of the clock moves. */
  @Test
  void startTicks_countFromTheMachinesStart() throws Exception {
    double before = uptime();
    Process process = new ProcessBuilder("sleep", "600").start();
    try {
      double started =
          RunningProcess.of(process.pid()).orElseThrow().startTicks() / TICKS_PER_SECOND;
      assertThat(started).isBetween(before - 0.1, uptime() + 0.1);
    } finally {
      process.destroyForcibly();
    }
  }

  private static double uptime() throws Exception {
    return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
  }

  @Test
  void parse_nameWithBlanksAndBrackets_isNotTakenForFields() {
    assertThat(RunningProcess.parse(7, stat("S"))).contains(new RunningProcess(7, 1234));
    assertThat(RunningProcess.parse(7, stat("Z"))).isEmpty();
    assertThat(RunningProcess.parse(7, stat("X"))).isEmpty();
  }

  private static String stat(String state) {
    return "7 (a b) Z 1 (c) " + state + " 1 7 7 0 -1 0 0 0 0 0 5 6 0 0 20 0 9 0 1234 99 8 0\n";
  }

  @Test
  void of_idOfNoProcess_isEmpty() {
    assertThat(RunningProcess.of(Integer.MAX_VALUE)).isEmpty();
  }
}
