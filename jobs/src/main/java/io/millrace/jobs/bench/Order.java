package io.millrace.jobs.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a measuring process is told to do: a line of JSON each.
 *
 * @param task of {@code OPEN}, else null
 * @param cells of {@code START} all, else the one that is meant, or none
 * @param index of {@code TURN} the place of the cell in what was started
 * @param nanos how long to measure
 */
record Order(Kind kind, @Nullable Task task, List<Cell> cells, int index, long nanos) {
  enum Kind {
    /** Load the model, try the records; answers {@link Opened}. */
    OPEN,
    /** Answers the nanoseconds of one call. */
    CALL,
    /** Start the pipelines. */
    START,
    /** Answers records a second of the bare loop. */
    LOOP,
    /** Answers a {@link Turn}. */
    TURN
  }

  /**
   * @param batches whether a call takes several records
   * @param records how many different ones there are
   */
  record Opened(boolean batches, int records) {}

  /**
   * @param value as the kind says; null where there is nothing to say, or an error
   * @param error what went wrong, or null
   * @param usage whether it is the command's or the input's fault
   */
  record Answer(@Nullable Object value, @Nullable String error, boolean usage) {}

  static Order open(Task task, Threads first) {
    return new Order(Kind.OPEN, task, List.of(new Cell(1, first)), 0, 0);
  }

  static Order call(Cell cell) {
    return new Order(Kind.CALL, null, List.of(cell), 0, 0);
  }

  static Order start(List<Cell> cells) {
    return new Order(Kind.START, null, cells, 0, 0);
  }

  static Order loop(Cell cell, long nanos) {
    return new Order(Kind.LOOP, null, List.of(cell), 0, nanos);
  }

  static Order turn(int index, long nanos) {
    return new Order(Kind.TURN, null, List.of(), index, nanos);
  }
}
