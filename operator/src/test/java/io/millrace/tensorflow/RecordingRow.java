package io.millrace.tensorflow;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A row that notes what a sample writes of a request: shapes, strings and whole tensors in their
 * memory form. Nothing else is written.
 */
record RecordingRow(Signature signature, Map<String, String> written) implements Row {

  RecordingRow(Signature signature) {
    this(signature, new TreeMap<>());
  }

  @Override
  public TensorWriter input(String name) {
    int index = signature.inputIndex(name);
    if (index < 0) {
      throw new RecordException(RecordReason.UNKNOWN_FIELD, "no input " + name);
    }
    return input(index);
  }

  @Override
  public TensorWriter input(int index) {
    return new Writer(signature.inputs().get(index), written);
  }

  private record Writer(TensorSpec spec, Map<String, String> written) implements TensorWriter {

    private TensorWriter note(String text) {
      written.merge(spec.name(), text, String::concat);
      return this;
    }

    private TensorWriter unexpected(Object value) {
      throw new AssertionError("input '" + spec.name() + "' is given " + value);
    }

    @Override
    public Shape rowShape() {
      return spec.shape();
    }

    @Override
    public TensorWriter shape(long... dimensions) {
      return note(Arrays.toString(dimensions));
    }

    @Override
    public TensorWriter put(byte[] value) {
      return note(" " + new String(value));
    }

    @Override
    public TensorWriter putRaw(byte[] bytes, int offset, int length) {
      return note(" " + HexFormat.of().formatHex(bytes, offset, offset + length));
    }

    @Override
    public TensorWriter put(float value) {
      return unexpected(value);
    }

    @Override
    public TensorWriter put(double value) {
      return unexpected(value);
    }

    @Override
    public TensorWriter put(int value) {
      return unexpected(value);
    }

    @Override
    public TensorWriter put(long value) {
      return unexpected(value);
    }

    @Override
    public TensorWriter put(boolean value) {
      return unexpected(value);
    }

    @Override
    public TensorWriter putBytes(byte[] source, int offset, int length) {
      return unexpected(source);
    }

    @Override
    public TensorWriter put(String value) {
      return unexpected(value);
    }

    @Override
    public TensorWriter put(float[] values, int offset, int length) {
      return unexpected(values);
    }

    @Override
    public TensorWriter put(double[] values, int offset, int length) {
      return unexpected(values);
    }

    @Override
    public TensorWriter put(int[] values, int offset, int length) {
      return unexpected(values);
    }

    @Override
    public TensorWriter put(long[] values, int offset, int length) {
      return unexpected(values);
    }
  }
}
