package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.connectors.kafka.EpochMicros;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.MessageHeader;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.model.ModelVersion;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.Prediction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The output record, {@code {"key", "fields", "predictions", "model"}}: what the model answered,
 * the fields that the record brought along, and the version that answered. Headers say where the
 * record came from; its key and timestamp are kept.
 *
 * <pre>{@code
 * new ScoredRecordFormat("scored", List.of("id", "amount"), false)
 * }</pre>
 */
public final class ScoredRecordFormat implements PredictionReader<KafkaRecord, OutboundRecord> {
  private static final long serialVersionUID = 1L;

  private final String topic;
  private final List<String> carriedFields;
  private final boolean latencyHeader;
  private transient @Nullable Writer writer;

  /**
   * @param carriedFields fields of a JSON record that are copied; a record that lacks one is
   *     written without it
   * @param latencyHeader whether each record carries {@link MessageHeader#LATENCY_MICROS}
   */
  public ScoredRecordFormat(String topic, List<String> carriedFields, boolean latencyHeader) {
    this.topic = Objects.requireNonNull(topic, "topic");
    this.carriedFields = List.copyOf(carriedFields);
    this.latencyHeader = latencyHeader;
  }

  @Override
  public OutboundRecord read(KafkaRecord record, Prediction prediction, ModelVersion version) {
    byte[] value;
    try {
      value = writer().write(record, prediction, version);
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON for " + record + " failed", e);
    }
    List<MessageHeader> headers = new ArrayList<>(4);
    Lineage.addTo(headers, record);
    if (latencyHeader) {
      headers.add(
          MessageHeader.of(MessageHeader.LATENCY_MICROS, EpochMicros.now() - record.readMicros()));
    }
    return new OutboundRecord(
        topic, record.partition(), record.timestamp(), record.key(), value, headers);
  }

  private Writer writer() {
    Writer known = writer;
    if (known == null) {
      known = new Writer(carriedFields);
      writer = known;
    }
    return known;
  }

  /** What is made once and used for each record. */
  private static final class Writer {
    private final JsonFactory factory = JsonFactories.within(RecordLimits.UNBOUNDED);
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
    private final PredictionJson predictions = new PredictionJson();
    private final JsonBytes bytes = new JsonBytes();
    private final CarriedFields carried;

    Writer(List<String> carriedFields) {
      carried = new CarriedFields(carriedFields, factory);
    }

    byte[] write(KafkaRecord record, Prediction prediction, ModelVersion version)
        throws IOException {
      buffer.reset();
      try (JsonGenerator json = factory.createGenerator(buffer)) {
        json.writeStartObject();
        json.writeFieldName("key");
        byte[] key = record.key();
        if (key == null) {
          json.writeNull();
        } else {
          bytes.write(json, key);
        }
        json.writeFieldName("fields");
        byte[] value = record.value();
        carried.write(json, value == null ? new byte[0] : value);
        json.writeFieldName("predictions");
        predictions.write(json, prediction);
        json.writeObjectFieldStart("model");
        json.writeStringField("name", version.model());
        json.writeNumberField("version", version.version());
        json.writeStringField("digest", version.digest());
        json.writeEndObject();
        json.writeEndObject();
      }
      return buffer.toByteArray();
    }
  }
}
