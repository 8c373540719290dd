package io.millrace.jobs.bench;

/**
 * How the time at hand is spent: rounds in which each cell has a turn, of which the first is the
 * warm-up.
 *
 * @param rounds without the warm-up
 * @param turnNanos of one cell in one round
 */
record Schedule(int rounds, long turnNanos) {
  private static final int FEWEST = 3;
  private static final int USUAL = 5;
  private static final int MOST = 25;
  private static final long SHORTEST_NANOS = 40_000_000;
  private static final long LONG_NANOS = 1_000_000_000;

  /** Whether the turns are as short as they get. */
  boolean isHurried() {
    return turnNanos == SHORTEST_NANOS;
  }

  /** More time makes turns longer up to a second, then rounds more; too little makes rounds few. */
  static Schedule of(long nanos, int cells) {
    long anchored = cells + 1L;
    int rounds = (int) Math.min(MOST, Math.max(USUAL, nanos / (anchored * LONG_NANOS) - 1));
    while (rounds > FEWEST && nanos / (anchored * (rounds + 1)) < SHORTEST_NANOS) {
      rounds--;
    }
    return new Schedule(rounds, Math.max(SHORTEST_NANOS, nanos / (anchored * (rounds + 1))));
  }
}
