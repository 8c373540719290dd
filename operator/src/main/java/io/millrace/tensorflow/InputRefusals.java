package io.millrace.tensorflow;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import java.util.Arrays;

/**
 * What is wrong with a record's values for one input, in words.
 *
 * @param declared the shape of a row as the signature has it
 */
record InputRefusals(TensorSpec spec, Shape declared) {

  RecordException missing() {
    return new RecordException(
        RecordReason.MISSING_FIELD, name() + " was not written: expected " + spec.describe());
  }

  RecordException wrongType(String actual) {
    return new RecordException(
        RecordReason.WRONG_TYPE, name() + ": expected " + spec.describe() + ", got " + actual);
  }

  RecordException wrongShape(long[] dimensions) {
    return new RecordException(
        RecordReason.WRONG_SHAPE,
        name() + ": expected " + spec.type() + declared + ", got " + Arrays.toString(dimensions));
  }

  RecordException statedTwice() {
    return new RecordException(RecordReason.WRONG_SHAPE, name() + ": its shape was stated twice");
  }

  RecordException notStated() {
    return new RecordException(
        RecordReason.WRONG_SHAPE,
        name()
            + ": the shape "
            + declared
            + " of a row has unknown dimensions; state them with shape(...) first");
  }

  /**
   * Too few elements or too many.
   *
   * @param rowShape as stated, or known
   * @param actual how many there are
   */
  RecordException wrongCount(long expected, Shape rowShape, String actual) {
    return new RecordException(
        RecordReason.WRONG_SHAPE,
        name()
            + ": expected "
            + expected
            + " elements for "
            + spec.type()
            + rowShape
            + ", got "
            + actual);
  }

  RecordException tooLarge(long[] dimensions) {
    return new RecordException(
        RecordReason.TOO_LARGE,
        name()
            + ": a run with a value of shape "
            + Arrays.toString(dimensions)
            + " takes more than 2 GiB");
  }

  private String name() {
    return "input '" + spec.name() + "'";
  }
}
