package io.millrace.jobs.whatif;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The one number of a prediction that is compared.
 *
 * @param name of the output; empty for the only one, which must then have one element
 * @param index of the element, row by row
 */
public record OutputValue(String name, int index) {
  /** The only element of the only output. */
  public static final OutputValue ONLY = new OutputValue("", 0);

  public OutputValue {
    Objects.requireNonNull(name, "name");
    if (index < 0) {
      throw new IllegalArgumentException("index " + index + ": expected 0 or more");
    }
  }

  /**
   * Reads {@code NAME} or {@code NAME:index}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static OutputValue parse(String text) {
    int colon = text.lastIndexOf(':');
    String index = colon < 0 ? "0" : text.substring(colon + 1);
    String name = colon < 0 ? text : text.substring(0, colon);
    if (name.isEmpty() || !index.matches("\\d{1,9}")) {
      throw new IllegalArgumentException(
          "'%s': expected NAME or NAME:INDEX, such as score or score:0".formatted(text));
    }
    return new OutputValue(name, Integer.parseInt(index));
  }

  /**
   * The number in a record's predictions; a truth value is 1 or 0.
   *
   * @throws IllegalArgumentException if they have none there; the message names what they have
   */
  double of(JsonNode predictions) {
    JsonNode value = name.isEmpty() ? only(predictions) : element(predictions.path(name));
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isBoolean()) {
      return value.booleanValue() ? 1 : 0;
    }
    return switch (value.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw refusal(predictions);
    };
  }

  private JsonNode only(JsonNode predictions) {
    if (predictions.size() != 1 || elements(predictions.elements().next()).size() != 1) {
      throw refusal(predictions);
    }
    return elements(predictions.elements().next()).get(0);
  }

  private JsonNode element(JsonNode output) {
    if (!output.isArray()) {
      return index == 0 ? output : MissingNode.getInstance();
    }
    List<JsonNode> elements = elements(output);
    return index < elements.size() ? elements.get(index) : MissingNode.getInstance();
  }

  private static List<JsonNode> elements(JsonNode output) {
    List<JsonNode> elements = new ArrayList<>();
    collect(output, elements);
    return elements;
  }

  private static void collect(JsonNode node, List<JsonNode> elements) {
    if (node.isArray()) {
      node.forEach(inner -> collect(inner, elements));
    } else {
      elements.add(node);
    }
  }

  private IllegalArgumentException refusal(JsonNode predictions) {
    List<String> found = new ArrayList<>();
    predictions
        .properties()
        .forEach(
            output -> {
              List<JsonNode> elements = elements(output.getValue());
              boolean numbers = !elements.isEmpty() && elements.get(0).isNumber();
              found.add(
                  "'%s' of %d %s"
                      .formatted(
                          output.getKey(), elements.size(), numbers ? "numbers" : "elements"));
            });
    return new IllegalArgumentException(
        "no number %s in the predictions: expected an element of %s"
            .formatted(
                this, found.isEmpty() ? "an output, and there is none" : String.join(", ", found)));
  }

  @Override
  public String toString() {
    return name.isEmpty() ? "that is the only one" : "%s[%d]".formatted(name, index);
  }
}
