package io.millrace.flink;

/**
 * How far an answer may be from what was expected: {@code absolute + relative * |expected|}, for
 * floating-point numbers; everything else is to be the same.
 *
 * <p>NaN is as good as NaN, and an infinity as itself; neither is near anything else, whatever the
 * tolerance. Zeros of both signs are the same.
 */
record GoldenTolerance(double absolute, double relative) {

  boolean admits(double expected, double actual) {
    if (Double.isNaN(expected) || Double.isInfinite(expected) || !Double.isFinite(actual)) {
      return Double.compare(expected, actual) == 0;
    }
    return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
  }

  /** {@code absolute 1.0E-6, relative 1.0E-5}. */
  @Override
  public String toString() {
    return "absolute " + absolute + ", relative " + relative;
  }
}
