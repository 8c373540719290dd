package io.millrace.flink;

/** The record path, as far as versions are concerned. */
interface Scoring {
  /** From the next record on this version scores. The caller retires the one before. */
  void switchTo(ServedModel model) throws Exception;

  /** Runs what is at hand; records wait from here on until a version is switched to. */
  void suspend() throws Exception;

  /** Runs and emits what is at hand, so that no batch is out. */
  void settle() throws Exception;
}
