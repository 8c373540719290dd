package io.millrace.tensor;

/**
 * One row of an open batch: the place of one record. Every input of the signature is written
 * exactly once, in any order; what is written goes straight into the memory that the model reads.
 *
 * <pre>{@code
 * (payment, row) -> row.input("x").put(payment.amount()).put(payment.age())
 * }</pre>
 *
 * <p>A row is valid only during the call that it was handed to, and only on that thread.
 */
public interface Row {

  /** The signature whose inputs are written. */
  Signature signature();

  /**
   * The input of this name.
   *
   * @throws RecordException UNKNOWN_FIELD if the signature has none; the message lists the names
   */
  TensorWriter input(String name);

  /** The input at this position of {@link Signature#inputs()}. */
  TensorWriter input(int index);
}
