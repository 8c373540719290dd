package io.millrace.tensorflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.millrace.model.HeapShare;
import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;

/**
 * Refuses files whose objects the heap might not hold, before an object is made: running out of
 * memory ends the whole process. A message of two bytes becomes an object of a hundred.
 */
final class FileLimits {
  /** The file's bytes, once more for TensorFlow, and what the objects take beyond them. */
  private static final int HEAP_PER_BYTE = 4;

  /** What the objects may have of the heap. */
  private static final int HEAP_PER_OBJECT_BYTE = 2;

  /** A message, a string, or their entry in a map, and the place in a list that has doubled. */
  static final int OBJECT_BYTES = HeapShare.OBJECT_BYTES;

  /** What is not known is kept by number, in a map of lists. */
  private static final int UNKNOWN_FIELD_BYTES = 4 * OBJECT_BYTES;

  /** In a list that has doubled. */
  static final int NUMBER_BYTES = 16;

  /** As protobuf's parser. */
  private static final int MOST_DEPTH = 100;

  private static final int BUFFER_BYTES = 1 << 16;

  private long nodes;
  private long signatures;
  private long objectBytes;

  private FileLimits() {}

  /**
   * @param binary whether the file is a binary proto, whose messages are counted
   * @throws ModelException TOO_LARGE
   */
  static void verify(ModelContent content, String path, boolean binary)
      throws IOException, ModelException {
    verify(content, path, binary, Runtime.getRuntime().maxMemory());
  }

  /**
   * @param heap the bytes that it may grow to
   */
  static void verify(ModelContent content, String path, boolean binary, long heap)
      throws IOException, ModelException {
    String file = content.name(path);
    long bytes = content.size(path);
    long most = Math.min(Integer.MAX_VALUE, heap / HEAP_PER_BYTE);
    if (bytes > most) {
      throw new ModelException(
          ModelReason.TOO_LARGE,
          file
              + " has "
              + bytes
              + " bytes: expected at most "
              + most
              + ", a quarter of this process's heap; save weights as variables, not in the graph");
    }
    if (!binary) {
      TextLimits.verify(file, content.open(path), heap / HEAP_PER_OBJECT_BYTE);
      return;
    }
    FileLimits limits = new FileLimits();
    try (InputStream in = new BufferedInputStream(content.open(path), BUFFER_BYTES)) {
      CodedInputStream coded = CodedInputStream.newInstance(in);
      coded.setSizeLimit(Integer.MAX_VALUE);
      limits.count(coded, SavedModel.getDescriptor(), 0);
    }
    GraphStructure.verifyCounts(file, limits.nodes, limits.signatures);
    verifyObjects(file, limits.objectBytes, heap / HEAP_PER_OBJECT_BYTE);
  }

  /** About what the objects of a message take beyond its own bytes, once it is parsed. */
  static long objectBytes(ByteString message, Descriptor type) throws IOException {
    FileLimits limits = new FileLimits();
    limits.count(message.newCodedInput(), type, 0);
    return limits.objectBytes;
  }

  static long objectBytes(byte[] message, Descriptor type) throws IOException {
    FileLimits limits = new FileLimits();
    limits.count(CodedInputStream.newInstance(message), type, 0);
    return limits.objectBytes;
  }

  static void verifyObjects(String file, long objectBytes, long most) throws ModelException {
    if (objectBytes > most) {
      throw new ModelException(
          ModelReason.TOO_LARGE,
          file
              + " would take about "
              + objectBytes
              + " bytes once it is read: expected at most "
              + most
              + ", half of this process's heap");
    }
  }

  private void count(CodedInputStream in, Descriptor message, int depth) throws IOException {
    if (depth > MOST_DEPTH) {
      throw new InvalidProtocolBufferException(
          "messages are nested more than " + MOST_DEPTH + " deep");
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      FieldDescriptor field = message.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      int type = WireFormat.getTagWireType(tag);
      if (type == WireFormat.WIRETYPE_START_GROUP) {
        // Nothing of TensorFlow's is one, and protobuf 3 skips them by recursion without a limit.
        throw new InvalidProtocolBufferException("there is a group");
      }
      if (type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        countDelimited(in, field, depth);
      } else {
        objectBytes += field == null ? UNKNOWN_FIELD_BYTES : NUMBER_BYTES;
        in.skipField(tag);
      }
    }
  }

  private void countDelimited(CodedInputStream in, @Nullable FieldDescriptor field, int depth)
      throws IOException {
    int length = in.readRawVarint32();
    if (field == null) {
      objectBytes += UNKNOWN_FIELD_BYTES + length;
      in.skipRawBytes(length);
    } else if (field.getJavaType() == JavaType.MESSAGE) {
      Descriptor message = field.getMessageType();
      nodes += message == NodeDef.getDescriptor() ? 1 : 0;
      signatures += message == SignatureDef.getDescriptor() ? 1 : 0;
      objectBytes += OBJECT_BYTES;
      int outer = in.pushLimit(length);
      count(in, message, depth + 1);
      in.popLimit(outer);
    } else {
      objectBytes += OBJECT_BYTES + (long) length * heapPerByte(field.getJavaType());
      in.skipRawBytes(length);
    }
  }

  /** A number of one byte may become one of eight, in an array that has doubled. */
  private static int heapPerByte(JavaType type) {
    return switch (type) {
      case LONG -> 16;
      case INT, ENUM -> 8;
      case FLOAT, DOUBLE, BOOLEAN -> 2;
      case STRING, BYTE_STRING, MESSAGE -> 1;
    };
  }
}
