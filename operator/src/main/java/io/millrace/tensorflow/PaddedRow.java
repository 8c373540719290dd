package io.millrace.tensorflow;

/** How the elements of a row lie in a row of larger dimensions, with padding at their ends. */
final class PaddedRow {
  private final InputWriter target;
  private final long[] outer;
  private final int unitsPerElement;
  private InputWriter source;
  private long[] inner;

  /**
   * @param target whose rows have the larger dimensions, which may change from row to row
   */
  PaddedRow(InputWriter target) {
    this.target = target;
    this.outer = target.dimensions();
    this.unitsPerElement = target.unitsPerElement();
    this.source = target;
    this.inner = outer;
  }

  /**
   * Shows the row at unit {@code start} of another writer at unit {@code to} of the target.
   *
   * @param dimensions those of the row, none larger than the target's
   */
  void show(InputWriter from, long[] dimensions, int start, int to) {
    source = from;
    inner = dimensions;
    show(0, start, to);
  }

  private void show(int dimension, int from, int to) {
    int count = (int) inner[dimension];
    int padding = (int) outer[dimension] - count;
    int sourceStride = stride(inner, dimension);
    int targetStride = stride(outer, dimension);
    target.pad(to + count * targetStride, padding * targetStride);
    if (sourceStride == targetStride) {
      target.showUnits(source, from, to, count * sourceStride);
      return;
    }
    for (int i = 0; i < count; i++) {
      show(dimension + 1, from + i * sourceStride, to + i * targetStride);
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
