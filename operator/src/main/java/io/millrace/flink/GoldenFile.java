package io.millrace.flink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.model.HeapShare;
import io.millrace.model.SampleRow;
import io.millrace.tensor.Signature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Golden rows as docs/warm-up.md describes their file: inputs as {@code model run} takes them,
 * outputs as it writes them.
 */
final class GoldenFile {
  private static final String SIGNATURE_NAME = "signature_name";
  private static final String INSTANCES = "instances";
  private static final String INPUTS = "inputs";
  private static final String OUTPUTS = "outputs";
  private static final String TOLERANCE = "tolerance";
  private static final String ABSOLUTE = "absolute";
  private static final String RELATIVE = "relative";
  private static final double DEFAULT_ABSOLUTE = 1e-6;
  private static final double DEFAULT_RELATIVE = 1e-5;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * A row, or a whole call where the signature has no batch dimension.
   *
   * @param inputs by name
   * @param outputs what is to come out, by name
   */
  record GoldenRow(Map<String, JsonNode> inputs, Map<String, JsonNode> outputs) {}

  private final @Nullable String signatureName;
  private final JsonNode root;
  private final GoldenTolerance tolerance;

  private GoldenFile(JsonNode root) throws IOException {
    this.root = root;
    JsonNode name = root.get(SIGNATURE_NAME);
    require(name == null || name.isTextual(), SIGNATURE_NAME + ": expected a string");
    this.signatureName = name == null ? null : name.textValue();
    require(
        root.has(INSTANCES) != root.has(INPUTS),
        "expected either '" + INSTANCES + "' or '" + INPUTS + "'");
    JsonNode instances = root.path(INSTANCES);
    require(
        !root.has(INSTANCES) || (instances.isArray() && !instances.isEmpty()),
        INSTANCES + ": expected a list of at least one row");
    requireRows(INSTANCES, instances.size());
    JsonNode outputs = root.path(OUTPUTS);
    require(
        outputs.isObject() && !outputs.isEmpty(),
        OUTPUTS + ": expected an object of at least one output's name and values");
    this.tolerance = tolerance(root.path(TOLERANCE));
  }

  private static GoldenTolerance tolerance(JsonNode node) throws IOException {
    if (node.isMissingNode()) {
      return new GoldenTolerance(DEFAULT_ABSOLUTE, DEFAULT_RELATIVE);
    }
    require(
        node.isObject() && onlyHas(node, ABSOLUTE, RELATIVE),
        TOLERANCE + ": expected {\"absolute\": .., \"relative\": ..}");
    return new GoldenTolerance(
        bound(node, ABSOLUTE, DEFAULT_ABSOLUTE), bound(node, RELATIVE, DEFAULT_RELATIVE));
  }

  private static double bound(JsonNode node, String name, double unset) throws IOException {
    JsonNode value = node.path(name);
    require(
        value.isMissingNode() || (value.isNumber() && value.doubleValue() >= 0),
        TOLERANCE + "." + name + " is " + value + ": expected a number >= 0");
    return value.isMissingNode() ? unset : value.doubleValue();
  }

  private static void requireRows(String what, int rows) throws IOException {
    require(
        rows <= SampleRow.MOST_OF_A_VERSION,
        what + " has " + rows + " rows: expected at most " + SampleRow.MOST_OF_A_VERSION);
  }

  private static boolean onlyHas(JsonNode node, String... names) {
    return node.properties().stream().allMatch(field -> Set.of(names).contains(field.getKey()));
  }

  private static void require(boolean holds, String message) throws IOException {
    if (!holds) {
      throw new IOException(message);
    }
  }

  /**
   * Reads the file's content.
   *
   * @param share of the heap that what is made of it may take
   * @throws IOException saying what is wrong and where
   */
  static GoldenFile parse(byte[] json, HeapShare share) throws IOException {
    JsonNode root;
    try {
      try (JsonParser text = JSON.createParser(json)) {
        JsonTreeLimits.verify(text, share);
      }
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "not JSON" + JsonPlace.of(e.getLocation()) + ": " + e.getOriginalMessage(), e);
    }
    require(
        root.isObject() && onlyHas(root, SIGNATURE_NAME, INSTANCES, INPUTS, OUTPUTS, TOLERANCE),
        "expected an object of signature_name, instances or inputs, outputs, tolerance");
    return new GoldenFile(root);
  }

  /** The signature that the rows are for, null for the default one. */
  @Nullable String signatureName() {
    return signatureName;
  }

  GoldenTolerance tolerance() {
    return tolerance;
  }

  /**
   * The rows.
   *
   * @throws IOException if inputs and outputs are not of one number of rows, or inputs have no name
   */
  List<GoldenRow> rows(Signature signature) throws IOException {
    Map<String, JsonNode> inputs =
        root.has(INPUTS) ? named(root.get(INPUTS), signature, INPUTS) : columns(signature);
    Map<String, JsonNode> outputs = new LinkedHashMap<>();
    root.get(OUTPUTS).properties().forEach(it -> outputs.put(it.getKey(), it.getValue()));
    if (!signature.hasBatchDimension()) {
      return List.of(new GoldenRow(inputs, outputs));
    }
    int count = count(inputs, outputs);
    List<GoldenRow> rows = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      rows.add(new GoldenRow(slice(inputs, row), slice(outputs, row)));
    }
    return rows;
  }

  private static int count(Map<String, JsonNode> inputs, Map<String, JsonNode> outputs)
      throws IOException {
    int count = -1;
    for (Map<String, JsonNode> columns : List.of(inputs, outputs)) {
      for (Map.Entry<String, JsonNode> column : columns.entrySet()) {
        JsonNode values = column.getValue();
        require(
            values.isArray() && !values.isEmpty(),
            "'" + column.getKey() + "': expected a list of at least one row");
        require(
            count < 0 || count == values.size(),
            "'" + column.getKey() + "' has " + values.size() + " rows: expected " + count);
        count = values.size();
        requireRows("'" + column.getKey() + "'", count);
      }
    }
    return count;
  }

  private static Map<String, JsonNode> slice(Map<String, JsonNode> columns, int row) {
    Map<String, JsonNode> slice = new LinkedHashMap<>();
    columns.forEach((name, values) -> slice.put(name, values.get(row)));
    return slice;
  }

  private Map<String, JsonNode> columns(Signature signature) throws IOException {
    Map<String, ArrayNode> columns = new LinkedHashMap<>();
    int index = 0;
    for (JsonNode instance : root.get(INSTANCES)) {
      String place = INSTANCES + "[" + index + "]";
      Map<String, JsonNode> row = named(instance, signature, place);
      require(
          index == 0 || row.keySet().equals(columns.keySet()),
          place + " has " + row.keySet() + ": expected " + columns.keySet() + ", as before");
      row.forEach(
          (name, value) ->
              columns.computeIfAbsent(name, unused -> JSON.createArrayNode()).add(value));
      index++;
    }
    return new LinkedHashMap<>(columns);
  }

  private static Map<String, JsonNode> named(JsonNode value, Signature signature, String place)
      throws IOException {
    Map<String, JsonNode> named = new LinkedHashMap<>();
    if (value.isObject() && !JsonValues.isBytes(value)) {
      value.properties().forEach(field -> named.put(field.getKey(), field.getValue()));
      return named;
    }
    require(
        signature.inputs().size() == 1,
        place + ": expected an object of name and value for the inputs " + signature.inputNames());
    named.put(signature.inputNames().get(0), value);
    return named;
  }
}
