package io.millrace.jobs.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The cell to use. Among those that come close to the fastest it is the one of fewest threads, then
 * of the smallest batch: what a setting does not use is left to others, and a small batch waits
 * less.
 *
 * @param batchTimeout for {@code batching.batch-timeout}
 * @param reasons why, a sentence each
 */
public record Choice(CellResult picked, Duration batchTimeout, List<String> reasons) {
  /** Speeds this near are taken for the same. */
  private static final double NEAR = 0.95;

  private static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(5);

  public Choice {
    reasons = List.copyOf(reasons);
  }

  /**
   * @param results at least one
   * @param cores of this machine
   */
  static Choice of(List<CellResult> results, int cores) {
    CellResult fastest =
        results.stream().max(Comparator.comparingDouble(Choice::speed)).orElseThrow();
    CellResult picked =
        results.stream()
            .filter(it -> speed(it) >= NEAR * speed(fastest))
            .min(
                Comparator.<CellResult>comparingInt(it -> it.cell().threads().busy(cores))
                    .thenComparingInt(it -> it.cell().batchSize())
                    .thenComparing(Comparator.comparingDouble(Choice::speed).reversed()))
            .orElseThrow();
    double fillMillis =
        1e3 * picked.cell().batchSize() * picked.cell().threads().parallelism() / speed(picked);
    Duration timeout =
        Duration.ofMillis(Math.max(DEFAULT_TIMEOUT.toMillis(), (long) Math.ceil(fillMillis)));
    List<String> reasons = new ArrayList<>();
    reasons.add(first(picked, fastest, results.size()));
    againstOneByOne(picked, results).ifPresent(reasons::add);
    againstOtherThreads(picked, results).ifPresent(reasons::add);
    reasons.add(timeoutReason(fillMillis, timeout));
    return new Choice(picked, timeout, reasons);
  }

  private static double speed(CellResult result) {
    return result.perSecond().median();
  }

  private static String first(CellResult picked, CellResult fastest, int cells) {
    String own =
        text("%,.0f records/s (+-%.0f%%)", speed(picked), 100 * picked.perSecond().relative());
    if (picked.equals(fastest)) {
      return cells == 1
          ? own + ", the only setting that was measured."
          : own + ", the fastest of " + cells + ".";
    }
    return text(
        "%s, within 5%% of the fastest (batch %d, %s: %,.0f), but with fewer threads or a smaller"
            + " batch: p99 %s instead of %s.",
        own,
        fastest.cell().batchSize(),
        fastest.cell().threads().label(),
        speed(fastest),
        millis(picked.p99Micros().median()),
        millis(fastest.p99Micros().median()));
  }

  private static Optional<String> againstOneByOne(CellResult picked, List<CellResult> results) {
    return results.stream()
        .filter(it -> it.cell().threads().equals(picked.cell().threads()))
        .filter(it -> it.cell().batchSize() == 1 && picked.cell().batchSize() > 1)
        .findFirst()
        .map(
            it ->
                text(
                    "%.1f times as fast as one record a call with the same threads, at %.3g"
                        + " instead of %.3g us of CPU a record.",
                    speed(picked) / speed(it),
                    picked.cpuMicros().median(),
                    it.cpuMicros().median()));
  }

  private static Optional<String> againstOtherThreads(CellResult picked, List<CellResult> results) {
    return results.stream()
        .filter(it -> !it.cell().threads().equals(picked.cell().threads()))
        .max(Comparator.comparingDouble(Choice::speed))
        .map(
            it ->
                text(
                    "The best of the other thread settings (%s, batch %d): %,.0f records/s.",
                    it.cell().threads().label(), it.cell().batchSize(), speed(it)));
  }

  private static String timeoutReason(double fillMillis, Duration timeout) {
    return timeout.equals(DEFAULT_TIMEOUT)
        ? text(
            "A batch takes %.2g ms at this rate; the timeout of 5 ms counts only where records come"
                + " slower.",
            fillMillis)
        : text(
            "A batch takes %.0f ms at this rate: with a shorter timeout it would not fill.",
            fillMillis);
  }

  /** Microseconds as milliseconds, three digits. */
  static String millis(double micros) {
    double millis = micros / 1e3;
    return text(millis < 0.1 ? "%.3f ms" : millis < 10 ? "%.2f ms" : "%,.0f ms", millis);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
