package io.millrace.tensorflow;

/**
 * How the elements of a row lie in a row of larger dimensions, with padding at their ends. One for
 * each writer, so that no record makes one.
 */
final class PaddedRow {
  private final InputWriter target;
  private final long[] outer;
  private final int unitsPerElement;
  private InputWriter source;
  private long[] inner;

  /**
   * @param outer the dimensions of the target's rows, kept up to date by the target
   */
  PaddedRow(InputWriter target, long[] outer, int unitsPerElement) {
    this.target = target;
    this.outer = outer;
    this.unitsPerElement = unitsPerElement;
    this.source = target;
    this.inner = outer;
  }

  /**
   * Copies the row at unit {@code start} of a writer to unit {@code to} of the target.
   *
   * @param from the target itself, if the row moves to higher positions, or another
   * @param dimensions those of the row, none larger than the target's
   */
  void copy(InputWriter from, long[] dimensions, int start, int to) {
    source = from;
    inner = dimensions;
    copy(0, start, to);
  }

  // From the end, so that rows can move upwards within one memory: what is written lies above all
  // that is still to be read.
  private void copy(int dimension, int from, int to) {
    int count = (int) inner[dimension];
    int padding = (int) outer[dimension] - count;
    int sourceStride = stride(inner, dimension);
    int targetStride = stride(outer, dimension);
    target.pad(to + count * targetStride, padding * targetStride);
    if (sourceStride == targetStride) {
      target.copyUnits(source, from, to, count * sourceStride);
      return;
    }
    for (int i = count - 1; i >= 0; i--) {
      copy(dimension + 1, from + i * sourceStride, to + i * targetStride);
    }
  }

  /** Units from one index of a dimension to the next. */
  private int stride(long[] dimensions, int dimension) {
    long stride = unitsPerElement;
    for (int i = dimension + 1; i < dimensions.length; i++) {
      stride *= dimensions[i];
    }
    return (int) stride;
  }
}
