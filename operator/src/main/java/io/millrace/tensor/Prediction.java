package io.millrace.tensor;

/** What a model answered for one record: one row of every output. Valid only during the call. */
public interface Prediction {

  /** The signature whose outputs are read. */
  Signature signature();

  /**
   * The output of this name.
   *
   * @throws IllegalArgumentException if the signature has none; the message lists the names
   */
  TensorReader output(String name);

  /** The output at this position of {@link Signature#outputs()}. */
  TensorReader output(int index);

  /** Whether every value of every floating-point output is finite. */
  boolean isFinite();
}
