package io.millrace.flink;

import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorSpec;

/** An output that has one real number. */
record NumberReader(TensorSpec spec, double value) implements TensorReader {
  @Override
  public Shape shape() {
    return Shape.of(1);
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public float getFloat(int index) {
    return (float) value;
  }

  @Override
  public double getDouble(int index) {
    return value;
  }

  private IllegalArgumentException otherType() {
    return new IllegalArgumentException(spec.describe() + " is read as another type");
  }

  @Override
  public int getInt(int index) {
    throw otherType();
  }

  @Override
  public long getLong(int index) {
    throw otherType();
  }

  @Override
  public boolean getBoolean(int index) {
    throw otherType();
  }

  @Override
  public byte[] getBytes(int index) {
    throw otherType();
  }

  @Override
  public String getString(int index) {
    throw otherType();
  }

  @Override
  public double getReal(int index) {
    throw otherType();
  }

  @Override
  public double getImaginary(int index) {
    throw otherType();
  }

  @Override
  public void getFloats(float[] target) {
    throw otherType();
  }

  @Override
  public byte[] getRaw() {
    throw otherType();
  }
}
