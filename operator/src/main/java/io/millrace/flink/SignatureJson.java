package io.millrace.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Signatures as JSON, in manifests and in what commands print: {@code "inputs": {"x": {"dtype":
 * "float32", "shape": [-1, 3]}}} and {@code "outputs"} alike; an unknown rank is null, an unknown
 * dimension -1.
 *
 * <pre>{@code
 * SignatureJson.put(signatures.putObject(signature.name()), signature);
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class SignatureJson {
  private SignatureJson() {}

  /** Puts inputs and outputs into the object. */
  public static void put(ObjectNode target, Signature signature) {
    put(target.putObject("inputs"), signature.inputs());
    put(target.putObject("outputs"), signature.outputs());
  }

  /** Puts dtype and shape of one tensor into the object. */
  public static void put(ObjectNode target, String dtype, Shape shape) {
    target.put("dtype", dtype);
    if (shape.hasRank()) {
      ArrayNode dimensions = target.putArray("shape");
      for (long dimension : shape.dimensions()) {
        dimensions.add(dimension);
      }
    } else {
      target.putNull("shape");
    }
  }

  private static void put(ObjectNode target, List<TensorSpec> specs) {
    for (TensorSpec spec : specs) {
      put(target.putObject(spec.name()), spec.type().toString(), spec.shape());
    }
  }

  /**
   * Reads inputs and outputs.
   *
   * @throws IllegalArgumentException naming the field and what it has to be
   */
  static Signature read(String name, JsonNode json) {
    return new Signature(name, specs(json, "inputs"), specs(json, "outputs"));
  }

  private static List<TensorSpec> specs(JsonNode json, String side) {
    JsonNode tensors = json.path(side);
    if (!tensors.isObject()) {
      throw new IllegalArgumentException("field '" + side + "': expected an object");
    }
    List<TensorSpec> specs = new ArrayList<>();
    for (Map.Entry<String, JsonNode> tensor : tensors.properties()) {
      String at = side + "." + tensor.getKey();
      JsonNode dtype = tensor.getValue().path("dtype");
      if (!dtype.isTextual()) {
        throw new IllegalArgumentException("field '" + at + ".dtype': expected a string");
      }
      specs.add(
          new TensorSpec(
              tensor.getKey(),
              ElementType.of(dtype.textValue()),
              shape(at, tensor.getValue().path("shape"))));
    }
    return specs;
  }

  private static Shape shape(String at, JsonNode json) {
    if (json.isNull()) {
      return Shape.unknownRank();
    }
    long[] dimensions = new long[json.size()];
    boolean valid = json.isArray();
    for (int i = 0; i < dimensions.length && valid; i++) {
      valid = json.get(i).isIntegralNumber() && json.get(i).canConvertToLong();
      dimensions[i] = valid ? json.get(i).longValue() : 0;
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "field '" + at + ".shape': expected a list of integers, or null");
    }
    return Shape.of(dimensions);
  }
}
