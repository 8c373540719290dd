package io.millrace.model;

import io.millrace.tensor.Row;

/**
 * A row to try a model with, which says where it comes from. May be written any number of times.
 */
public interface SampleRow {

  /** Where it comes from, for messages: {@code 'requests', record 3, row 0}. */
  String place();

  /**
   * Writes every input.
   *
   * @throws io.millrace.tensor.RecordException if it does not fit the row's signature
   */
  void write(Row row);
}
