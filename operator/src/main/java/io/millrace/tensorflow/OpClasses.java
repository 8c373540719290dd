package io.millrace.tensorflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ops of TensorFlow by class, read without its native library. */
final class OpClasses {
  private static final String RESOURCE = "op-classes.txt";
  private static final Map<String, OpClass> BY_OP = read();

  private OpClasses() {}

  /** The class of an op, or null for one that TensorFlow does not have. */
  static @Nullable OpClass of(String op) {
    return BY_OP.get(op);
  }

  /** Every op with its class. */
  static Map<String, OpClass> all() {
    return BY_OP;
  }

  private static Map<String, OpClass> read() {
    try (InputStream in = OpClasses.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing beside " + OpClasses.class);
      }
      return parse(new BufferedReader(new InputStreamReader(in, UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException(RESOURCE + " cannot be read", e);
    }
  }

  private static Map<String, OpClass> parse(BufferedReader lines) throws IOException {
    Map<String, OpClass> ids =
        Stream.of(OpClass.values()).collect(Collectors.toMap(it -> "[" + it.id() + "]", it -> it));
    Map<String, OpClass> ops = new HashMap<>();
    OpClass current = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("[")) {
        current = ids.get(line);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        if (current == null || ops.put(line, current) != null) {
          throw new IllegalStateException(
              RESOURCE + ": '" + line + "' has no class, or more than one");
        }
      }
    }
    return Map.copyOf(ops);
  }
}
