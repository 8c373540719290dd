package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.Rejection;
import io.millrace.model.ModelVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter where there are no headers: {@code {"reason", "message", "source": {"path",
 * "offset"}, "model": {"name", "version"}, "key", "value"}}, the record's key and bytes as text
 * where they are UTF-8, else {@code {"b64": ...}}, null where there are none or they could not be
 * read.
 */
public final class DeadLetterJson {
  private static final JsonFactory FACTORY = JsonFactories.within(RecordLimits.UNBOUNDED);

  private DeadLetterJson() {}

  /** One object, without an end of line. */
  public static byte[] of(Rejection<KafkaRecord> rejection) {
    KafkaRecord record = rejection.record();
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("reason", rejection.reason().name());
      json.writeStringField("message", rejection.message());
      json.writeObjectFieldStart("source");
      json.writeStringField("path", record.topic());
      json.writeNumberField("offset", record.offset());
      json.writeEndObject();
      ModelVersion version = rejection.version();
      if (version != null) {
        json.writeObjectFieldStart("model");
        json.writeStringField("name", version.model());
        json.writeNumberField("version", version.version());
        json.writeEndObject();
      }
      write(json, "key", record.key());
      write(json, "value", record.value());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing the dead letter of " + record + " failed", e);
    }
    return line.toByteArray();
  }

  private static void write(JsonGenerator json, String name, byte @Nullable [] bytes)
      throws IOException {
    json.writeFieldName(name);
    if (bytes == null) {
      json.writeNull();
    } else {
      new JsonBytes().write(json, bytes);
    }
  }
}
