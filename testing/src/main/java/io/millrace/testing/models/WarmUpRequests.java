package io.millrace.testing.models;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.proto.TensorProto;

/**
 * {@code tensorflow.serving.PredictionLog} messages, as TensorFlow Serving's own tools write them
 * into a version's {@code assets.extra}.
 *
 * <pre>{@code
 * WarmUpRequests.write(model, WarmUpRequests.predict("", Map.of("x", Tensors.floats(values, 2))));
 * }</pre>
 */
public final class WarmUpRequests {
  /** The field of PredictionLog that a classify log is. */
  public static final int CLASSIFY = 2;

  private static final int PREDICT = 6;

  private WarmUpRequests() {}

  /** Puts a file of these messages where TensorFlow Serving looks for it. */
  public static Path write(Path directory, byte[]... logs) {
    try {
      Path folder = Files.createDirectories(directory.resolve("assets.extra"));
      return Files.write(folder.resolve("tf_serving_warmup_requests"), ExampleBytes.file(logs));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write warm-up requests to " + directory, e);
    }
  }

  /**
   * A request to a signature.
   *
   * @param signature empty for the default one
   */
  public static byte[] predict(String signature, Map<String, TensorProto> inputs) {
    byte[] spec =
        message(
            out -> {
              out.writeString(1, "some model");
              out.writeString(3, signature);
            });
    byte[] request =
        message(
            out -> {
              out.writeByteArray(1, spec);
              for (Map.Entry<String, TensorProto> input : inputs.entrySet()) {
                byte[] entry =
                    message(
                        pair -> {
                          pair.writeString(1, input.getKey());
                          pair.writeMessage(2, input.getValue());
                        });
                out.writeByteArray(2, entry);
              }
              out.writeString(3, "an output filter");
            });
    return other(PREDICT, message(out -> out.writeByteArray(1, request)));
  }

  /** A log of another kind. */
  public static byte[] other(int field, byte[] log) {
    return message(
        out -> {
          out.writeBytes(1, ByteString.EMPTY);
          out.writeByteArray(field, log);
        });
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
