package io.millrace.tensorflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ops of TensorFlow by class, read without its native library. */
final class OpClasses {
  private static final String RESOURCE = "op-classes.txt";
  private static final String MARK = " stateful";

  private static final Map<String, OpClass> BY_OP = new HashMap<>();
  private static final Set<String> STATEFUL = new HashSet<>();

  static {
    read();
  }

  private OpClasses() {}

  /** The class of an op, or null for one that TensorFlow does not have. */
  static @Nullable OpClass of(String op) {
    return BY_OP.get(op);
  }

  /** Every op with its class. */
  static Map<String, OpClass> all() {
    return Collections.unmodifiableMap(BY_OP);
  }

  /** Whether an op has a state, as TensorFlow understands it; unknown ones have none. */
  static boolean isStateful(String op) {
    return STATEFUL.contains(op);
  }

  private static void read() {
    try (InputStream in = OpClasses.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing beside " + OpClasses.class);
      }
      parse(new BufferedReader(new InputStreamReader(in, UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException(RESOURCE + " cannot be read", e);
    }
  }

  private static void parse(BufferedReader lines) throws IOException {
    Map<String, OpClass> ids =
        Stream.of(OpClass.values()).collect(Collectors.toMap(it -> "[" + it.id() + "]", it -> it));
    OpClass current = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("[")) {
        current = ids.get(line);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String op = line.replace(MARK, "");
        if (current == null || BY_OP.put(op, current) != null) {
          throw new IllegalStateException(
              RESOURCE + ": '" + line + "' has no class, or more than one");
        }
        if (!op.equals(line)) {
          STATEFUL.add(op);
        }
      }
    }
  }
}
