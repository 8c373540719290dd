package io.millrace.tensorflow;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;
import org.tensorflow.proto.VersionDef;

/** What the native library is able to run. */
final class RegisteredOps {
  private static final Set<String> NAMES = names();
  private static final int GRAPH_VERSION = readGraphVersion();

  private RegisteredOps() {}

  static boolean contains(String op) {
    return NAMES.contains(op);
  }

  /** The version of the library, {@code 2.18.0}. */
  static String tensorFlowVersion() {
    return tensorflow.TF_Version().getString();
  }

  /** The version of the graphs that the library writes, and the newest that it reads. */
  static int graphVersion() {
    return GRAPH_VERSION;
  }

  private static Set<String> names() {
    TF_Buffer buffer = tensorflow.TF_GetAllOpList();
    try {
      return OpList.parseFrom(bytes(buffer)).getOpList().stream()
          .map(OpDef::getName)
          .collect(Collectors.toUnmodifiableSet());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("TensorFlow's list of ops cannot be read", e);
    } finally {
      tensorflow.TF_DeleteBuffer(buffer);
    }
  }

  private static int readGraphVersion() {
    TF_Graph graph = tensorflow.TF_NewGraph();
    TF_Buffer buffer = tensorflow.TF_NewBuffer();
    try (NativeStatus status = new NativeStatus()) {
      tensorflow.TF_GraphVersions(graph, buffer, status.handle());
      return VersionDef.parseFrom(bytes(buffer)).getProducer();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("TensorFlow's graph version cannot be read", e);
    } finally {
      tensorflow.TF_DeleteBuffer(buffer);
      tensorflow.TF_DeleteGraph(graph);
    }
  }

  private static byte[] bytes(TF_Buffer buffer) {
    byte[] bytes = new byte[Math.toIntExact(buffer.length())];
    new BytePointer(buffer.data()).get(bytes);
    return bytes;
  }
}
