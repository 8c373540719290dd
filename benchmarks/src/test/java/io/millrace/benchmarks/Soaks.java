package io.millrace.benchmarks;

import io.millrace.testing.soak.Growth;
import io.millrace.testing.soak.Soak;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the soaks of a build have in common. */
final class Soaks {
  static final int SAMPLES = 100;
  static final int FEW_SAMPLES = 20;
  static final @Nullable Path SHARED = SoakPlan.sharedModels();

  private Soaks() {}

  /**
   * What of a soak is beyond its limits; its samples are in {@code target/soak/} as they are taken.
   */
  static List<String> beyond(SoakPlan plan, Path folder) throws IOException {
    Soak soak = SoakProcess.run(plan, folder, Path.of("target", "soak", plan.name() + ".csv"));
    Growth growth = soak.growth();
    System.out.println(plan.name() + ": " + growth);
    return growth.beyond(SoakPlan.LIMITS);
  }
}
