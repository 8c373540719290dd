package io.millrace.testing.models;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Constant tensors as protos. */
public final class Tensors {
  private Tensors() {}

  /** A float32 tensor; the values in row-major order. */
  public static TensorProto floats(float[] values, long... shape) {
    ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return tensor(DataType.DT_FLOAT, shape).setTensorContent(ByteString.copyFrom(bytes)).build();
  }

  /** An int32 tensor; the values in row-major order. */
  public static TensorProto ints(int[] values, long... shape) {
    ByteBuffer bytes = littleEndian(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return tensor(DataType.DT_INT32, shape).setTensorContent(ByteString.copyFrom(bytes)).build();
  }

  /** An int64 tensor; the values in row-major order. */
  public static TensorProto longs(long[] values, long... shape) {
    ByteBuffer bytes = littleEndian(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return tensor(DataType.DT_INT64, shape).setTensorContent(ByteString.copyFrom(bytes)).build();
  }

  /** A string vector. */
  public static TensorProto strings(List<String> values) {
    TensorProto.Builder tensor = tensor(DataType.DT_STRING, values.size());
    for (String value : values) {
      tensor.addStringVal(ByteString.copyFrom(value, StandardCharsets.UTF_8));
    }
    return tensor.build();
  }

  /** A string scalar. */
  public static TensorProto string(String value) {
    return tensor(DataType.DT_STRING).addStringVal(ByteString.copyFromUtf8(value)).build();
  }

  static TensorShapeProto shape(long... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dimension : dimensions) {
      shape.addDimBuilder().setSize(dimension);
    }
    return shape.build();
  }

  private static TensorProto.Builder tensor(DataType type, long... shape) {
    return TensorProto.newBuilder().setDtype(type).setTensorShape(shape(shape));
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
