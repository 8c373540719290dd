package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.StreamSupport;

/** A tensor of an {@code expected.json}: dtype, shape and values in row-major order. */
record ExpectedTensor(ElementType type, Shape shape, JsonNode values) {

  static ExpectedTensor of(JsonNode json) {
    long[] dimensions =
        StreamSupport.stream(json.get("shape").spliterator(), false)
            .mapToLong(JsonNode::asLong)
            .toArray();
    return new ExpectedTensor(
        ElementType.of(json.get("dtype").asText()), Shape.of(dimensions), json.get("values"));
  }

  int rows() {
    return (int) shape.dimension(0);
  }

  int elementsPerRow() {
    return (int) shape.withoutFirst().elements();
  }

  void write(TensorWriter writer, int from, int count) {
    for (int i = from; i < from + count; i++) {
      JsonNode value = values.get(i);
      switch (type) {
        case STRING -> writer.put(bytes(value));
        case BOOL -> writer.put(value.asBoolean());
        case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> writer.put(value.asDouble());
        default -> writer.put(value.asLong());
      }
    }
  }

  void verify(TensorReader reader, int from, double tolerance) {
    assertThat(reader.spec().type()).isEqualTo(type);
    for (int i = 0; i < reader.size(); i++) {
      JsonNode value = values.get(from + i);
      String where = reader.spec().name() + "[" + (from + i) + "]";
      switch (type) {
        case STRING -> assertThat(reader.getBytes(i)).as(where).isEqualTo(bytes(value));
        case BOOL -> assertThat(reader.getBoolean(i)).as(where).isEqualTo(value.asBoolean());
        case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> {
          double expected = value.asDouble();
          double error = Math.abs(reader.getDouble(i) - expected) / Math.max(1, Math.abs(expected));
          assertThat(error).as(where).isLessThanOrEqualTo(tolerance);
        }
        default -> assertThat(reader.getLong(i)).as(where).isEqualTo(value.asLong());
      }
    }
  }

  private static byte[] bytes(JsonNode value) {
    try {
      return value.isTextual()
          ? value.asText().getBytes(StandardCharsets.UTF_8)
          : value.get("b64").binaryValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
