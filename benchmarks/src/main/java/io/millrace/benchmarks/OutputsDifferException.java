package io.millrace.benchmarks;

import java.util.Locale;

/** An arm answered something else than the others: what it took for that says nothing. */
final class OutputsDifferException extends Exception {
  private static final long serialVersionUID = 1L;

  private OutputsDifferException(String arm, float error) {
    super(
        String.format(
            Locale.ROOT,
            "%s: an output is %.2e off what TensorFlow's usual API answers, allowed %.0e",
            arm,
            error,
            Subject.TOLERANCE));
  }

  /** Throws unless the error is within what is allowed. */
  static void check(String arm, float largestError) throws OutputsDifferException {
    if (!(largestError <= Subject.TOLERANCE)) {
      throw new OutputsDifferException(arm, largestError);
    }
  }
}
