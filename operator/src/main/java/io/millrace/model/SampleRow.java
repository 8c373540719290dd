package io.millrace.model;

import io.millrace.tensor.Row;

/**
 * A row to try a model with, which says where it comes from. May be written any number of times.
 */
public interface SampleRow {
  /** How many of a kind a version may bring along: requests for its warm-up, or golden rows. */
  int MOST_OF_A_VERSION = 1 << 16;

  /** Where it comes from, for messages: {@code 'requests', record 3, row 0}. */
  String place();

  /**
   * Writes every input.
   *
   * @throws io.millrace.tensor.RecordException if it does not fit the row's signature
   */
  void write(Row row);
}
