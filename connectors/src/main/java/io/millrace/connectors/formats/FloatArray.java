package io.millrace.connectors.formats;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;

/** An Avro array of floats, without an object for each. Not thread-safe. */
final class FloatArray extends AbstractList<Float> implements RandomAccess {
  private float[] values;
  private int size;

  /**
   * @param capacity how many are expected
   */
  FloatArray(int capacity) {
    this.values = new float[capacity];
  }

  /** The elements, and what may lie behind them; not a copy. */
  float[] values() {
    return values;
  }

  void append(float value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.max(8, size + (size >> 1)));
    }
    values[size++] = value;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Float get(int index) {
    return values[Objects.checkIndex(index, size)];
  }

  @Override
  public void clear() {
    size = 0;
  }
}
