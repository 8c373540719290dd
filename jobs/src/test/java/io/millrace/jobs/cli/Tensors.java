package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Tensors of {@code expected.json} ({@code dtype, shape, values}) against nested lists. */
final class Tensors {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Tensors() {}

  static JsonNode nested(JsonNode tensor) {
    return nested(tensor.get("values").elements(), shape(tensor), 0);
  }

  private static JsonNode nested(Iterator<JsonNode> values, List<Integer> shape, int depth) {
    if (depth == shape.size()) {
      return values.next();
    }
    ArrayNode list = JSON.createArrayNode();
    for (int i = 0; i < shape.get(depth); i++) {
      list.add(nested(values, shape, depth + 1));
    }
    return list;
  }

  static List<Integer> shape(JsonNode tensor) {
    List<Integer> shape = new ArrayList<>();
    tensor.get("shape").forEach(dimension -> shape.add(dimension.intValue()));
    return shape;
  }

  /** Equal in shape; within the tolerance for floating point, exactly otherwise. */
  static void assertMatches(JsonNode actual, JsonNode tensor, double tolerance, String where) {
    boolean floating = tensor.get("dtype").textValue().contains("float");
    assertNode(actual, nested(tensor), floating ? tolerance : 0, where);
  }

  private static void assertNode(
      JsonNode actual, JsonNode expected, double tolerance, String where) {
    assertThat(actual.getNodeType()).as(where).isEqualTo(expected.getNodeType());
    if (expected.isArray()) {
      assertThat(actual).as(where).hasSize(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertNode(actual.get(i), expected.get(i), tolerance, where + "[" + i + "]");
      }
    } else if (expected.isNumber() && tolerance > 0) {
      double value = expected.doubleValue();
      double bound = tolerance * Math.max(1, Math.abs(value));
      assertThat(actual.doubleValue()).as(where).isCloseTo(value, within(bound));
    } else {
      assertThat(actual.asText()).as(where).isEqualTo(expected.asText());
      assertThat(actual.toString()).as(where).isEqualTo(expected.toString());
    }
  }
}
