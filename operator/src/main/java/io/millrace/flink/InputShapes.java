package io.millrace.flink;

import io.millrace.tensor.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.ReadableConfig;

/** The shapes that {@link InferenceOptions#INPUT_SHAPES} states, dimension 0 included. */
public final class InputShapes {
  private InputShapes() {}

  /**
   * The shapes by input, empty where the job states none.
   *
   * @throws IllegalArgumentException naming the input and what is allowed
   */
  public static Map<String, Shape> of(ReadableConfig config) {
    Map<String, String> texts = config.getOptional(InferenceOptions.INPUT_SHAPES).orElse(Map.of());
    Map<String, Shape> shapes = new HashMap<>();
    texts.forEach((input, text) -> shapes.put(input, shape(input, text)));
    return shapes;
  }

  private static Shape shape(String input, String text) {
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          InferenceOptions.INPUT_SHAPES.key()
              + "."
              + input
              + " is '"
              + text
              + "': "
              + e.getMessage(),
          e);
    }
  }

  /**
   * A shape as it is stated, such as {@code [-1, 3]}.
   *
   * @throws IllegalArgumentException saying what is expected
   */
  public static Shape parse(String text) {
    String inner = text.strip();
    try {
      if (!inner.startsWith("[") || !inner.endsWith("]")) {
        throw new NumberFormatException();
      }
      inner = inner.substring(1, inner.length() - 1).strip();
      return inner.isEmpty()
          ? Shape.scalar()
          : Shape.of(
              Arrays.stream(inner.split(","))
                  .mapToLong(part -> Long.parseLong(part.strip()))
                  .toArray());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected dimensions such as [-1, 3], -1 for an unknown one", e);
    }
  }
}
