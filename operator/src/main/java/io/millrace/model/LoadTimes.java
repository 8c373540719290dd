package io.millrace.model;

import java.time.Duration;
import java.util.Objects;

/** How long the steps from announcement to scoring took; zero for a step not yet taken. */
public record LoadTimes(
    Duration fetch, Duration verify, Duration load, Duration warmUp, Duration switchOver) {

  /** No step taken yet. */
  public static final LoadTimes NONE =
      new LoadTimes(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  public LoadTimes {
    Objects.requireNonNull(fetch, "fetch");
    Objects.requireNonNull(verify, "verify");
    Objects.requireNonNull(load, "load");
    Objects.requireNonNull(warmUp, "warmUp");
    Objects.requireNonNull(switchOver, "switchOver");
  }
}
