package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunningProcessTest {
  /** Of this JVM, which has come as far as this test, and of its child. */
  @Test
  void startTicks_ofALaterProcess_areMore() throws Exception {
    Process later = new ProcessBuilder("sleep", "600").start();
    try {
      long ticks = startTicks(later.pid());
      assertThat(ticks).isGreaterThan(startTicks(ProcessHandle.current().pid()));
      assertThat(startTicks(later.pid())).isEqualTo(ticks);
    } finally {
      later.destroyForcibly();
    }
  }

  private static long startTicks(long pid) {
    return RunningProcess.of(pid).orElseThrow().startTicks();
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
