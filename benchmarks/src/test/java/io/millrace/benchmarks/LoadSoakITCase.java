package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.SoakPlan.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models loaded, run and closed by the engine, thousands of times. System property millrace.loads
 * makes a run longer.
 */
class LoadSoakITCase {
  private static final int LOADS = Integer.getInteger("millrace.loads", 5_000);
  private static final int UNCLOSED = 100;

  @TempDir private Path folder;

  @Test
  void loadRunClose_thousandsOfTimes_holdsWhatItHeld() throws Exception {
    assertThat(
            Soaks.beyond(
                new SoakPlan(Kind.LOADS, true, LOADS, Soaks.SAMPLES, Soaks.SHARED), folder))
        .isEmpty();
  }

  @Test
  void loadsThatAreNotClosed_areFound() throws Exception {
    assertThat(
            Soaks.beyond(
                new SoakPlan(Kind.LOADS, false, UNCLOSED, Soaks.FEW_SAMPLES, Soaks.SHARED), folder))
        .anyMatch(it -> it.startsWith("resident bytes a step"));
  }
}
