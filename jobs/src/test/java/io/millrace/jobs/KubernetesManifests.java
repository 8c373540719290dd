package io.millrace.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** docker/kubernetes/ and the schema that the Flink Kubernetes Operator publishes. */
final class KubernetesManifests {
  private static final Path FOLDER = Path.of("..", "docker", "kubernetes");
  private static final String CRD = "/META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml";
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final JsonNode SCHEMA = schema();
  private static final Schema STRICT_SCHEMA = strictSchema();

  private KubernetesManifests() {}

  /** The documents of one file. */
  static List<JsonNode> read(String file) throws IOException {
    return YAML.readerFor(JsonNode.class)
        .<JsonNode>readValues(Files.readString(FOLDER.resolve(file)))
        .readAll();
  }

  static JsonNode read(String file, String kind) throws IOException {
    return read(file).stream()
        .filter(document -> document.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " in " + file));
  }

  static JsonNode yaml(String text) throws IOException {
    return YAML.readTree(text);
  }

  /** {@code patch} over {@code target} as {@code kubectl patch --type merge} does it (RFC 7386). */
  static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!patch.isObject()) {
      return patch;
    }
    ObjectNode merged = target.isObject() ? target.deepCopy() : YAML.getNodeFactory().objectNode();
    patch
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isNull()) {
                merged.remove(field.getKey());
              } else {
                merged.set(field.getKey(), merge(merged.path(field.getKey()), field.getValue()));
              }
            });
    return merged;
  }

  /** What is wrong with a FlinkDeployment, by the strict form of the published schema. */
  static List<String> problems(JsonNode deployment) {
    return STRICT_SCHEMA.validate(deployment).stream().map(Object::toString).toList();
  }

  /** The versions of Flink that the operator of that schema knows. */
  static List<String> flinkVersions() {
    return SCHEMA
        .at("/properties/spec/properties/flinkVersion/enum")
        .valueStream()
        .map(JsonNode::asText)
        .toList();
  }

  /**
   * A field that the schema does not have is dropped by Kubernetes without a word: here it is an
   * error. Which versions of Flink there are changes with each operator and is judged apart.
   */
  private static Schema strictSchema() {
    ObjectNode schema = SCHEMA.deepCopy();
    close(schema);
    ((ObjectNode) schema.at("/properties/spec/properties/flinkVersion")).remove("enum");
    // Kubernetes' own part of every object.
    ObjectNode properties = (ObjectNode) schema.get("properties");
    for (String common : List.of("apiVersion", "kind", "metadata")) {
      properties.putObject(common);
    }
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4).getSchema(schema);
  }

  private static JsonNode schema() {
    try (InputStream in =
        Objects.requireNonNull(KubernetesManifests.class.getResourceAsStream(CRD))) {
      return YAML.readTree(in).at("/spec/versions/0/schema/openAPIV3Schema");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      // Said by 'anyOf' beside it as well.
      object.remove("x-kubernetes-int-or-string");
      if (object.path("properties").isObject()
          && !object.has("additionalProperties")
          && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
        object.put("additionalProperties", false);
      }
    }
    schema.forEach(KubernetesManifests::close);
  }
}
