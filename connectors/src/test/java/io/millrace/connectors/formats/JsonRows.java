package io.millrace.connectors.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;

/** JSON, with single quotes, written to rows that record what they are told. */
final class JsonRows {
  private JsonRows() {}

  /** An input whose rows have these dimensions, behind a batch dimension. */
  static TensorSpec spec(String name, String type, long... rowDimensions) {
    return new TensorSpec(
        name, ElementType.of(type), Shape.of(rowDimensions).withFirst(Shape.UNKNOWN));
  }

  static KafkaRecord record(String json) {
    byte[] value = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return new KafkaRecord("in", 0, 0, 0, 0, null, value);
  }

  static RecordingRow write(JsonRecordFormat format, String json, TensorSpec... inputs) {
    RecordingRow row = RecordingRow.batched(inputs);
    format.write(record(json), row);
    return row;
  }

  static RecordReason reason(JsonRecordFormat format, String json, TensorSpec... inputs) {
    RecordException e =
        catchThrowableOfType(RecordException.class, () -> write(format, json, inputs));
    assertThat(e).as(json).isNotNull();
    return e.reason();
  }
}
