package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.millrace.connectors.kafka.EpochMicros;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.MessageHeader;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.model.ModelVersion;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.Prediction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
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
  private final RecordJson records;
  private transient @Nullable Writer writer;

  /**
   * @param carriedFields fields of the record that are copied; a record that lacks one is written
   *     without it
   * @param latencyHeader whether each record carries {@link MessageHeader#LATENCY_MICROS}
   */
  public ScoredRecordFormat(String topic, List<String> carriedFields, boolean latencyHeader) {
    this(topic, carriedFields, latencyHeader, RecordJson.AS_IT_IS);
  }

  private ScoredRecordFormat(
      String topic, List<String> carriedFields, boolean latencyHeader, RecordJson records) {
    this.topic = Objects.requireNonNull(topic, "topic");
    this.carriedFields = List.copyOf(carriedFields);
    this.latencyHeader = latencyHeader;
    this.records = Objects.requireNonNull(records, "records");
  }

  /** The same for records that are no JSON; they are read only where fields are copied. */
  public ScoredRecordFormat reading(RecordJson other) {
    return new ScoredRecordFormat(topic, carriedFields, latencyHeader, other);
  }

  @Override
  public OutboundRecord read(KafkaRecord record, Prediction prediction, ModelVersion version) {
    byte[] value = value(record, prediction, version);
    return new OutboundRecord(
        topic, record.partition(), record.timestamp(), record.key(), value, headers(record));
  }

  private List<MessageHeader> headers(KafkaRecord record) {
    // A record of a file has waited for years, or was read at no known time.
    if (!latencyHeader || record.readMicros() == 0) {
      return Lineage.of(record);
    }
    List<MessageHeader> headers = new ArrayList<>(Lineage.of(record));
    headers.add(
        MessageHeader.of(MessageHeader.LATENCY_MICROS, EpochMicros.now() - record.readMicros()));
    return headers;
  }

  /**
   * The value alone, for where a record has neither topic nor headers.
   *
   * @throws io.millrace.tensor.RecordException if fields are copied, and what reads them does not
   *     take the record
   */
  public byte[] value(KafkaRecord record, Prediction prediction, ModelVersion version) {
    Writer used = writer;
    // Only a write that ends well leaves it behind for the next record.
    writer = null;
    try {
      if (used == null) {
        used = new Writer(carriedFields, records);
      }
      byte[] value = used.write(record, prediction, version);
      writer = used;
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON for " + record + " failed", e);
    }
  }

  /**
   * What is made once and used for each record: setting a generator up costs as much as writing a
   * few numbers.
   */
  private static final class Writer {
    private static final SerializedString KEY = new SerializedString("key");
    private static final SerializedString FIELDS = new SerializedString("fields");
    private static final SerializedString PREDICTIONS = new SerializedString("predictions");
    private static final SerializedString MODEL = new SerializedString("model");

    private final JsonFactory factory = JsonFactories.within(RecordLimits.UNBOUNDED);
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
    private final JsonGenerator json;
    private final PredictionJson predictions = new PredictionJson();
    private final JsonBytes bytes = new JsonBytes();
    private final CarriedFields carried;
    private final RecordJson records;
    private @Nullable ModelVersion version;
    private SerializedString model = new SerializedString("");

    Writer(List<String> carriedFields, RecordJson records) throws IOException {
      carried = new CarriedFields(carriedFields, factory);
      this.records = carriedFields.isEmpty() ? RecordJson.AS_IT_IS : records;
      json = factory.createGenerator(buffer).setRootValueSeparator(null);
    }

    /** A writer that has thrown is of no further use: it stands within an object. */
    byte[] write(KafkaRecord record, Prediction prediction, ModelVersion scoredBy)
        throws IOException {
      json.writeStartObject();
      json.writeFieldName(KEY);
      byte[] key = record.key();
      if (key == null) {
        json.writeNull();
      } else {
        bytes.write(json, key);
      }
      json.writeFieldName(FIELDS);
      byte[] value = record.value();
      carried.write(json, value == null ? new byte[0] : records.of(value));
      json.writeFieldName(PREDICTIONS);
      predictions.write(json, prediction);
      json.writeFieldName(MODEL);
      json.writeRawValue(model(scoredBy));
      json.writeEndObject();
      json.flush();
      byte[] written = buffer.toByteArray();
      buffer.reset();
      return written;
    }

    private SerializedString model(ModelVersion scoredBy) throws IOException {
      if (!scoredBy.equals(version)) {
        StringWriter text = new StringWriter();
        try (JsonGenerator object = factory.createGenerator(text)) {
          object.writeStartObject();
          object.writeStringField("name", scoredBy.model());
          object.writeNumberField("version", scoredBy.version());
          object.writeStringField("digest", scoredBy.digest());
          object.writeEndObject();
        }
        model = new SerializedString(text.toString());
        version = scoredBy;
      }
      return model;
    }
  }
}
