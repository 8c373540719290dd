package io.millrace.tensorflow;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * Refuses files whose objects the heap might not hold, before an object is made: running out of
 * memory ends the whole process. A node of two bytes becomes an object of a hundred.
 */
final class FileLimits {
  /** The file's bytes, once more for TensorFlow, and what the objects take beyond them. */
  private static final int HEAP_PER_BYTE = 4;

  private static final int BUFFER_BYTES = 1 << 16;

  /** Which fields of a message are entered, and what is counted there. */
  private enum Level {
    MODEL,
    META_GRAPH,
    GRAPH,
    LIBRARY,
    FUNCTION,
    NODE,
    SIGNATURE
  }

  private static final Map<Level, Map<Integer, Level>> CHILDREN =
      Map.of(
          Level.MODEL, Map.of(SavedModel.META_GRAPHS_FIELD_NUMBER, Level.META_GRAPH),
          Level.META_GRAPH,
              Map.of(
                  MetaGraphDef.GRAPH_DEF_FIELD_NUMBER, Level.GRAPH,
                  MetaGraphDef.SIGNATURE_DEF_FIELD_NUMBER, Level.SIGNATURE),
          Level.GRAPH,
              Map.of(
                  GraphDef.NODE_FIELD_NUMBER, Level.NODE,
                  GraphDef.LIBRARY_FIELD_NUMBER, Level.LIBRARY),
          Level.LIBRARY, Map.of(FunctionDefLibrary.FUNCTION_FIELD_NUMBER, Level.FUNCTION),
          Level.FUNCTION, Map.of(FunctionDef.NODE_DEF_FIELD_NUMBER, Level.NODE));

  private long nodes;
  private long signatures;

  private FileLimits() {}

  /**
   * @param binary whether the file is a binary proto, in which nodes are counted
   * @throws ModelException TOO_LARGE
   */
  static void verify(Path file, boolean binary) throws IOException, ModelException {
    long bytes = Files.size(file);
    long most = Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / HEAP_PER_BYTE);
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
      TextLimits.verify(file);
    } else {
      FileLimits limits = new FileLimits();
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
        CodedInputStream coded = CodedInputStream.newInstance(in);
        coded.setSizeLimit(Integer.MAX_VALUE);
        limits.count(coded, Level.MODEL);
      }
      GraphStructure.verifyCounts(file, limits.nodes, limits.signatures);
    }
  }

  private void count(CodedInputStream in, Level level) throws IOException {
    Map<Integer, Level> children = CHILDREN.getOrDefault(level, Map.of());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      Level child = children.get(WireFormat.getTagFieldNumber(tag));
      int type = WireFormat.getTagWireType(tag);
      if (type == WireFormat.WIRETYPE_START_GROUP) {
        // Nothing of TensorFlow's is one, and protobuf 3 skips them by recursion without a limit.
        throw new InvalidProtocolBufferException("there is a group");
      }
      if (child == null || type != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        in.skipField(tag);
      } else if (child == Level.NODE || child == Level.SIGNATURE) {
        nodes += child == Level.NODE ? 1 : 0;
        signatures += child == Level.SIGNATURE ? 1 : 0;
        in.skipField(tag);
      } else {
        int outer = in.pushLimit(in.readRawVarint32());
        count(in, child);
        in.popLimit(outer);
      }
    }
  }
}
