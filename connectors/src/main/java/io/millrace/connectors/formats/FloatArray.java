package io.millrace.connectors.formats;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericArray;
import org.jspecify.annotations.Nullable;

/** An Avro array of floats, without an object for each. Not thread-safe. */
final class FloatArray extends AbstractList<Float> implements GenericArray<Float> {
  private final Schema schema;
  private float[] values;
  private int size;

  /**
   * @param schema of the array
   * @param capacity how many are expected
   */
  FloatArray(Schema schema, int capacity) {
    this.schema = schema;
    this.values = new float[capacity];
  }

  /** The elements, and what may lie behind them; not a copy. */
  float[] values() {
    return values;
  }

  /** As {@link #add(Object)}, without an object. */
  void append(float value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.max(8, size + (size >> 1)));
    }
    values[size++] = value;
  }

  @Override
  public Schema getSchema() {
    return schema;
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
  public Float set(int index, Float value) {
    Float old = get(index);
    values[index] = value;
    return old;
  }

  @Override
  public void add(int index, Float value) {
    Objects.checkIndex(index, size + 1);
    append(value);
    System.arraycopy(values, index, values, index + 1, size - 1 - index);
    values[index] = value;
  }

  /** None: nothing of a float can be used again. */
  @Override
  public @Nullable Float peek() {
    return null;
  }

  @Override
  public void clear() {
    size = 0;
  }

  @Override
  public void reverse() {
    for (int i = 0, j = size - 1; i < j; i++, j--) {
      float first = values[i];
      values[i] = values[j];
      values[j] = first;
    }
  }
}
