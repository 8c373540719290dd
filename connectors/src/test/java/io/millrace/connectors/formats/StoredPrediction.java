package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A prediction out of plain Java values: numbers, booleans, byte arrays, or pairs of doubles. */
final class StoredPrediction implements Prediction {
  private final Map<String, Stored> outputs = new TreeMap<>();

  StoredPrediction with(String name, ElementType type, Shape shape, Object... elements) {
    outputs.put(name, new Stored(new TensorSpec(name, type, shape), elements));
    return this;
  }

  @Override
  public Signature signature() {
    return new Signature(
        "serving_default", List.of(), outputs.values().stream().map(Stored::spec).toList());
  }

  @Override
  public TensorReader output(String name) {
    return outputs.get(name);
  }

  @Override
  public TensorReader output(int index) {
    return List.copyOf(outputs.values()).get(index);
  }

  @Override
  public boolean isFinite() {
    return true;
  }

  private record Stored(TensorSpec spec, Object[] elements) implements TensorReader {
    @Override
    public Shape shape() {
      return spec.shape();
    }

    @Override
    public int size() {
      return elements.length;
    }

    @Override
    public float getFloat(int index) {
      return ((Number) elements[index]).floatValue();
    }

    @Override
    public double getDouble(int index) {
      return ((Number) elements[index]).doubleValue();
    }

    @Override
    public int getInt(int index) {
      return ((Number) elements[index]).intValue();
    }

    @Override
    public long getLong(int index) {
      return ((Number) elements[index]).longValue();
    }

    @Override
    public boolean getBoolean(int index) {
      return (Boolean) elements[index];
    }

    @Override
    public byte[] getBytes(int index) {
      return (byte[]) elements[index];
    }

    @Override
    public String getString(int index) {
      return new String(getBytes(index), StandardCharsets.UTF_8);
    }

    @Override
    public double getReal(int index) {
      return ((double[]) elements[index])[0];
    }

    @Override
    public double getImaginary(int index) {
      return ((double[]) elements[index])[1];
    }

    @Override
    public void getFloats(float[] target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] getRaw() {
      throw new UnsupportedOperationException();
    }
  }
}
