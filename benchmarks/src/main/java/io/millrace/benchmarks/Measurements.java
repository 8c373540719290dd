package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The samples of all arms; the n-th of each is of the n-th round. */
final class Measurements {
  private final Map<Arm, List<Sample>> samples = new LinkedHashMap<>();

  void add(Arm arm, Sample sample) {
    samples.computeIfAbsent(arm, ignored -> new ArrayList<>()).add(sample);
  }

  /** Forgets all rounds but these. */
  void keep(List<Integer> rounds) {
    samples.replaceAll((arm, all) -> new ArrayList<>(rounds.stream().map(all::get).toList()));
  }

  Set<Arm> arms() {
    return samples.keySet();
  }

  Spread recordsPerSecond(Arm arm) {
    return Spread.of(column(arm, Sample::recordsPerSecond));
  }

  Spread cpuMicros(Arm arm) {
    return Spread.of(column(arm, Sample::cpuMicros));
  }

  /** How many times the other's records per second; empty where one was not measured. */
  Optional<Spread> speedup(Arm arm, Arm other) {
    return ratio(arm, other, Sample::recordsPerSecond);
  }

  /** The other's CPU time per record over the arm's own: the higher, the less it takes. */
  Optional<Spread> cpuRatio(Arm arm, Arm other) {
    return ratio(other, arm, Sample::cpuMicros);
  }

  /** What the first reaches of its own records a second if each also takes what the second does. */
  Optional<Spread> oneAfterTheOther(Arm arm, Arm then) {
    if (!samples.containsKey(arm) || !samples.containsKey(then)) {
      return Optional.empty();
    }
    double[] alone = column(arm, Sample::recordsPerSecond);
    double[] added = column(then, Sample::recordsPerSecond);
    double[] both = new double[alone.length];
    for (int i = 0; i < both.length; i++) {
      both[i] = 1 / (1 / alone[i] + 1 / added[i]);
    }
    return Optional.of(Spread.ofRatios(both, alone));
  }

  private Optional<Spread> ratio(Arm above, Arm below, ToDoubleFunction<Sample> figure) {
    return samples.containsKey(above) && samples.containsKey(below)
        ? Optional.of(Spread.ofRatios(column(above, figure), column(below, figure)))
        : Optional.empty();
  }

  private double[] column(Arm arm, ToDoubleFunction<Sample> figure) {
    return samples.getOrDefault(arm, List.of()).stream().mapToDouble(figure).toArray();
  }
}
