package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A row that keeps what was written, in plain Java values, and nothing of which is native. */
final class RecordingRow implements Row {
  private final Signature signature;
  private final boolean batched;
  private final List<Recording> inputs = new ArrayList<>();

  RecordingRow(Signature signature, boolean batched) {
    this.signature = signature;
    this.batched = batched;
    for (TensorSpec spec : signature.inputs()) {
      inputs.add(new Recording(spec));
    }
  }

  static RecordingRow batched(TensorSpec... inputs) {
    return new RecordingRow(new Signature("serving_default", List.of(inputs), List.of()), true);
  }

  /** What was written into the input; every element of its shape, or the test fails. */
  List<Object> written(String input) {
    Recording recording = inputs.get(signature.inputIndex(input));
    if (recording.shape().isFullyKnown() && !recording.isComplete()) {
      throw new AssertionError("input " + input + " got " + recording.elements);
    }
    return recording.elements;
  }

  /** Whether nothing at all was written or stated. */
  boolean isUntouched() {
    return inputs.stream().allMatch(input -> input.elements.isEmpty() && input.stated == null);
  }

  /** Every input with its shape and elements. */
  String contents() {
    StringBuilder text = new StringBuilder();
    for (Recording input : inputs) {
      text.append(input.spec.name()).append(input.shape()).append(input.elements).append('\n');
    }
    return text.toString();
  }

  /** The shape that was declared or stated. */
  Shape shape(String input) {
    return inputs.get(signature.inputIndex(input)).shape();
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public TensorWriter input(String name) {
    int index = signature.inputIndex(name);
    if (index < 0) {
      throw new RecordException(RecordReason.UNKNOWN_FIELD, "no input '" + name + "'");
    }
    return inputs.get(index);
  }

  @Override
  public TensorWriter input(int index) {
    return inputs.get(index);
  }

  private final class Recording implements TensorWriter {
    private final TensorSpec spec;
    private final List<Object> elements = new ArrayList<>();
    private Shape stated;

    Recording(TensorSpec spec) {
      this.spec = spec;
    }

    Shape shape() {
      return stated == null ? rowShape() : stated;
    }

    boolean isComplete() {
      long perElement = spec.type().isComplex() ? 2 : 1;
      return elements.size() == shape().elements() * perElement;
    }

    @Override
    public TensorSpec spec() {
      return spec;
    }

    @Override
    public Shape rowShape() {
      return batched ? spec.shape().withoutFirst() : spec.shape();
    }

    @Override
    public TensorWriter shape(long... dimensions) {
      Shape shape = Shape.of(dimensions);
      if (!rowShape().admits(shape)) {
        throw new RecordException(
            RecordReason.WRONG_SHAPE, spec + ": got " + shape + ", expected " + rowShape());
      }
      stated = shape;
      return this;
    }

    private TensorWriter add(Object element) {
      if (!shape().isFullyKnown()) {
        throw new IllegalStateException("written before its shape was stated");
      }
      elements.add(element);
      return this;
    }

    @Override
    public TensorWriter put(float value) {
      return add((double) value);
    }

    @Override
    public TensorWriter put(double value) {
      boolean single = spec.type() == ElementType.FLOAT32 || spec.type() == ElementType.COMPLEX64;
      return add(single ? (double) (float) value : value);
    }

    @Override
    public TensorWriter put(int value) {
      return add((long) value);
    }

    @Override
    public TensorWriter put(long value) {
      return add(value);
    }

    @Override
    public TensorWriter put(boolean value) {
      return add(value);
    }

    @Override
    public TensorWriter put(byte[] value) {
      return add(new String(value, StandardCharsets.ISO_8859_1));
    }

    @Override
    public TensorWriter putBytes(byte[] source, int offset, int length) {
      return put(Arrays.copyOfRange(source, offset, offset + length));
    }

    @Override
    public TensorWriter put(String value) {
      return put(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public TensorWriter put(float[] values, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        put(values[i]);
      }
      return this;
    }

    @Override
    public TensorWriter put(double[] values, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        put(values[i]);
      }
      return this;
    }

    @Override
    public TensorWriter put(int[] values, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public TensorWriter put(long[] values, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        put(values[i]);
      }
      return this;
    }

    @Override
    public TensorWriter putRaw(byte[] bytes, int offset, int length) {
      int size = spec.type().byteSize();
      for (int at = offset; at < offset + length; at += size) {
        long bits = 0;
        for (int i = size - 1; i >= 0; i--) {
          bits = bits << 8 | (bytes[at + i] & 0xFF);
        }
        add(bits);
      }
      return this;
    }
  }
}
