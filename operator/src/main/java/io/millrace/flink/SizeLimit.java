package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelSize;

/** Judges a version by the size of its files, before any is read. Thread-safe. */
@FunctionalInterface
interface SizeLimit {
  SizeLimit NONE = (location, size) -> {};

  /**
   * @throws ModelException TOO_LARGE
   */
  void check(ModelLocation location, ModelSize size) throws ModelException;
}
