package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.SoakPlan.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Versions published to a running job, a thousand of them. System property millrace.switches makes
 * a run longer.
 */
class SwitchSoakITCase {
  private static final int SWITCHES = Integer.getInteger("millrace.switches", 1_000);
  private static final int UNCLOSED = 200;

  @TempDir private Path folder;

  @Test
  void switches_aThousand_holdWhatTheyHeld() throws Exception {
    assertThat(
            Soaks.beyond(
                new SoakPlan(Kind.SWITCHES, true, SWITCHES, Soaks.SAMPLES, Soaks.SHARED), folder))
        .isEmpty();
  }

  @Test
  void versionsThatAreNotClosed_areFound() throws Exception {
    assertThat(
            Soaks.beyond(
                new SoakPlan(Kind.SWITCHES, false, UNCLOSED, Soaks.FEW_SAMPLES, Soaks.SHARED),
                folder))
        .anyMatch(it -> it.startsWith("resident bytes a step"));
  }
}
