package io.millrace.jobs.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import io.millrace.flink.JsonPlace;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request in the predict format of TensorFlow Serving's REST API: {@code instances} lists rows,
 * {@code inputs} gives whole tensors; an only input needs no name.
 */
final class PredictRequest {
  private static final String SIGNATURE_NAME = "signature_name";
  private static final String INSTANCES = "instances";
  private static final String INPUTS = "inputs";
  private static final String BASE64 = "b64";

  /** Keeps a number with a fraction one when it is written again, even 1.0 and 1.0e1. */
  private static final class Fractions extends JsonNodeFactory {
    private static final long serialVersionUID = 1L;

    Fractions() {
      super(true);
    }

    @Override
    public ValueNode numberNode(BigDecimal value) {
      // Without a scale it would be written like an integer.
      return super.numberNode(value.scale() == 0 ? value.setScale(1) : value);
    }
  }

  // Decimals keep their digits, so that a number out of range is not taken for an infinity.
  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .setNodeFactory(new Fractions());

  private final @Nullable String signatureName;
  private final JsonNode body;
  private final boolean rows;

  private PredictRequest(@Nullable String signatureName, JsonNode body, boolean rows) {
    this.signatureName = signatureName;
    this.body = body;
    this.rows = rows;
  }

  /**
   * Reads a request.
   *
   * @throws CommandException if it is not one
   */
  static PredictRequest parse(byte[] json, String where) throws CommandException {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw CommandException.usage(
          where + ": not JSON" + JsonPlace.of(e.getLocation()) + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      // From memory, that is bytes which are no text.
      throw CommandException.usage(where + ": not JSON in UTF-8: " + e.getMessage(), e);
    }
    if (!root.isObject() || root.has(INSTANCES) == root.has(INPUTS)) {
      throw wrong(where, "expected a JSON object with either 'instances' or 'inputs'");
    }
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (!Set.of(SIGNATURE_NAME, INSTANCES, INPUTS).contains(field.getKey())) {
        throw wrong(
            where,
            "unknown field '" + field.getKey() + "': expected signature_name, instances or inputs");
      }
    }
    JsonNode name = root.get(SIGNATURE_NAME);
    if (name != null && !name.isTextual()) {
      throw wrong(where, "signature_name: expected a string");
    }
    boolean rows = root.has(INSTANCES);
    JsonNode body = root.get(rows ? INSTANCES : INPUTS);
    if (rows && (!body.isArray() || body.isEmpty())) {
      throw wrong(where, "instances: expected a list of at least one row");
    }
    return new PredictRequest(name == null ? null : name.textValue(), body, rows);
  }

  private static CommandException wrong(String where, String message) {
    return CommandException.usage(where + ": " + message, null);
  }

  /** The signature that the request asks for. */
  @Nullable String signatureName() {
    return signatureName;
  }

  /**
   * The whole tensors by name.
   *
   * @throws CommandException if rows or values have no names although the signature has several
   *     inputs, or rows differ in their names
   */
  ObjectNode columns(Signature signature) throws CommandException {
    if (!rows) {
      return named(body, signature, "inputs");
    }
    ObjectNode columns = JSON.createObjectNode();
    int index = 0;
    for (JsonNode row : body) {
      String place = "instances[" + index + "]";
      ObjectNode values = named(row, signature, place);
      for (Map.Entry<String, JsonNode> value : values.properties()) {
        if (!columns.has(value.getKey()) && index > 0) {
          throw CommandException.usage(
              place + ": '" + value.getKey() + "' is not in the rows before it", null);
        }
        columns.withArray(value.getKey()).add(value.getValue());
      }
      index++;
      checkLengths(columns, index, place);
    }
    return columns;
  }

  private static void checkLengths(ObjectNode columns, int rows, String place)
      throws CommandException {
    for (Map.Entry<String, JsonNode> column : columns.properties()) {
      if (column.getValue().size() != rows) {
        throw CommandException.usage(place + ": input '" + column.getKey() + "' is missing", null);
      }
    }
  }

  private static ObjectNode named(JsonNode value, Signature signature, String place)
      throws CommandException {
    if (value instanceof ObjectNode object && !isBytes(object)) {
      return object;
    }
    if (signature.inputs().size() != 1) {
      throw CommandException.usage(
          place
              + ": signature '"
              + signature.name()
              + "' has the inputs "
              + signature.inputNames()
              + ": expected an object of name and value",
          null);
    }
    ObjectNode only = JSON.createObjectNode();
    only.set(signature.inputNames().get(0), value);
    return only;
  }

  private static boolean isBytes(JsonNode node) {
    return node.isObject() && node.size() == 1 && node.has(BASE64);
  }

  /** The shapes of the values for inputs whose rank the signature leaves open. */
  static Map<String, Shape> openShapes(ObjectNode columns, Signature signature) {
    Map<String, Shape> shapes = new HashMap<>();
    for (TensorSpec input : signature.inputs()) {
      JsonNode value = columns.get(input.name());
      if (!input.shape().hasRank() && value != null) {
        shapes.put(input.name(), shape(value, input.type().isComplex()));
      }
    }
    return shapes;
  }

  // The first elements tell; lists that differ from them are found when the tensor is written.
  private static Shape shape(JsonNode value, boolean complex) {
    List<Long> dimensions = new ArrayList<>();
    JsonNode node = value;
    while (node instanceof ArrayNode array) {
      dimensions.add((long) array.size());
      if (array.isEmpty()) {
        break;
      }
      node = array.get(0);
    }
    int rank = complex ? Math.max(dimensions.size() - 1, 0) : dimensions.size();
    return Shape.of(dimensions.subList(0, rank).stream().mapToLong(Long::longValue).toArray());
  }

  /** The tensors as a JSON record. */
  static byte[] bytes(ObjectNode columns) throws JsonProcessingException {
    return JSON.writeValueAsBytes(columns);
  }
}
