package io.millrace.tensorflow;

import com.google.protobuf.ByteString;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A tensor that a request brings along, in the form in which rows are written. Where fewer values
 * are listed than the shape asks for, the last one stands for the rest (and 0 for none at all), as
 * in TensorFlow's {@code Tensor::FromProto}.
 */
final class RequestTensor {
  private final ElementType type;
  private final long[] dimensions;
  private final byte[] memory;
  private final @Nullable List<ByteString> strings;

  private RequestTensor(
      ElementType type, long[] dimensions, byte[] memory, @Nullable List<ByteString> strings) {
    this.type = type;
    this.dimensions = dimensions;
    this.memory = memory;
    this.strings = strings;
  }

  /**
   * Reads a tensor.
   *
   * @param mostBytes that it may take, whatever its own length: a shape of a few bytes can ask for
   *     any number of elements
   * @throws IllegalArgumentException saying what of it makes no sense
   */
  static RequestTensor of(TensorProto proto, long mostBytes) {
    ElementType type = ElementType.ofNumber(proto.getDtypeValue());
    long[] dimensions =
        proto.getTensorShape().getDimList().stream()
            .mapToLong(TensorShapeProto.Dim::getSize)
            .toArray();
    long elements = elements(type, dimensions, mostBytes);
    if (type == ElementType.STRING) {
      if (!proto.getTensorContent().isEmpty()) {
        throw new IllegalArgumentException("strings in tensor_content: expected string_val");
      }
      requireCount(proto.getStringValCount(), elements);
      return new RequestTensor(type, dimensions, new byte[0], proto.getStringValList());
    }
    byte[] memory =
        proto.getTensorContent().isEmpty()
            ? listed(proto, type, (int) elements)
            : proto.getTensorContent().toByteArray();
    if (memory.length != elements * type.byteSize()) {
      throw new IllegalArgumentException(
          memory.length
              + " bytes of tensor_content: expected "
              + elements * type.byteSize()
              + " for "
              + type
              + Arrays.toString(dimensions));
    }
    return new RequestTensor(type, dimensions, memory, null);
  }

  private static long elements(ElementType type, long[] dimensions, long mostBytes) {
    long elements = 1;
    try {
      for (long dimension : dimensions) {
        if (dimension < 0) {
          throw new IllegalArgumentException(
              "shape " + Arrays.toString(dimensions) + ": expected dimensions >= 0");
        }
        elements = Math.multiplyExact(elements, dimension);
      }
      if (Math.multiplyExact(elements, ElementBytes.of(type)) <= mostBytes) {
        return elements;
      }
    } catch (ArithmeticException e) {
      // More than any limit.
    }
    throw new IllegalArgumentException(
        type
            + Arrays.toString(dimensions)
            + ": expected at most "
            + mostBytes
            + " bytes, what is left of "
            + ServingRequests.MAX_BYTES
            + " for all records");
  }

  private static void requireCount(int listed, long elements) {
    if (listed > elements) {
      throw new IllegalArgumentException(
          listed + " values are listed: expected at most " + elements);
    }
  }

  private static byte[] listed(TensorProto proto, ElementType type, int elements) {
    ByteBuffer memory =
        ByteBuffer.allocate(elements * type.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    int parts = type.isComplex() ? 2 : 1;
    int listed = count(proto, type) / parts;
    requireCount(listed, elements);
    for (int i = 0; i < elements && listed > 0; i++) {
      for (int part = 0; part < parts; part++) {
        put(proto, type, Math.min(i, listed - 1) * parts + part, memory);
      }
    }
    return memory.array();
  }

  private static int count(TensorProto proto, ElementType type) {
    return switch (type) {
      case FLOAT32 -> proto.getFloatValCount();
      case FLOAT64 -> proto.getDoubleValCount();
      case COMPLEX64 -> proto.getScomplexValCount();
      case COMPLEX128 -> proto.getDcomplexValCount();
      case INT64 -> proto.getInt64ValCount();
      case UINT64 -> proto.getUint64ValCount();
      case UINT32 -> proto.getUint32ValCount();
      case BOOL -> proto.getBoolValCount();
      case FLOAT16, BFLOAT16 -> proto.getHalfValCount();
      case FLOAT8_E5M2, FLOAT8_E4M3FN -> proto.getFloat8Val().size();
      default -> proto.getIntValCount();
    };
  }

  private static void put(TensorProto proto, ElementType type, int i, ByteBuffer memory) {
    switch (type) {
      case FLOAT32 -> memory.putFloat(proto.getFloatVal(i));
      case FLOAT64 -> memory.putDouble(proto.getDoubleVal(i));
      case COMPLEX64 -> memory.putFloat(proto.getScomplexVal(i));
      case COMPLEX128 -> memory.putDouble(proto.getDcomplexVal(i));
      case INT64 -> memory.putLong(proto.getInt64Val(i));
      case UINT64 -> memory.putLong(proto.getUint64Val(i));
      case UINT32 -> memory.putInt(proto.getUint32Val(i));
      case BOOL -> memory.put(proto.getBoolVal(i) ? (byte) 1 : 0);
      case FLOAT16, BFLOAT16 -> memory.putShort((short) proto.getHalfVal(i));
      case FLOAT8_E5M2, FLOAT8_E4M3FN -> memory.put(proto.getFloat8Val().byteAt(i));
      case INT32, QINT32 -> memory.putInt(proto.getIntVal(i));
      case INT16, UINT16, QINT16, QUINT16 -> memory.putShort((short) proto.getIntVal(i));
      case INT8, UINT8, QINT8, QUINT8, INT4, UINT4 -> memory.put((byte) proto.getIntVal(i));
      case STRING -> throw new IllegalStateException("strings have no memory form");
    }
  }

  /** What it takes by its shape. */
  long bytes() {
    return Shape.of(dimensions).elements() * ElementBytes.of(type);
  }

  /** Whether its elements are those of the message that it was read from. */
  boolean hasStrings() {
    return strings != null;
  }

  /** Dimension 0; -1 for a scalar. */
  long rows() {
    return dimensions.length == 0 ? -1 : dimensions[0];
  }

  /** Writes one row of dimension 0. */
  void writeRow(int row, TensorWriter writer) {
    long[] shape = Arrays.copyOfRange(dimensions, 1, dimensions.length);
    int elements = (int) Shape.of(shape).elements();
    write(writer, shape, row * elements, elements);
  }

  /** Writes the whole of it. */
  void writeWhole(TensorWriter writer) {
    write(writer, dimensions, 0, (int) Shape.of(dimensions).elements());
  }

  private void write(TensorWriter writer, long[] shape, int first, int elements) {
    if (writer.spec().type() != type) {
      throw new RecordException(
          RecordReason.WRONG_TYPE,
          "input '"
              + writer.spec().name()
              + "': expected "
              + writer.spec().describe()
              + ", got "
              + type
              + Arrays.toString(dimensions));
    }
    writer.shape(shape);
    if (strings == null) {
      writer.putRaw(memory, first * type.byteSize(), elements * type.byteSize());
      return;
    }
    for (int i = first; i < first + elements; i++) {
      int listed = Math.min(i, strings.size() - 1);
      writer.put(listed < 0 ? new byte[0] : strings.get(listed).toByteArray());
    }
  }
}
