package io.millrace.connectors.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** Avro datums, given as the JSON that Avro has for them, written to rows that record. */
final class AvroRows {
  private AvroRows() {}

  /** A schema, with single quotes. */
  static Schema schema(String json) {
    return new Schema.Parser().parse(json.replace('\'', '"'));
  }

  /** A datum in binary form; branches of unions are named, as in {@code {'float': 1.5}}. */
  static byte[] datum(Schema schema, String json) throws IOException {
    Object read =
        new GenericDatumReader<>(schema)
            .read(null, DecoderFactory.get().jsonDecoder(schema, json.replace('\'', '"')));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(schema).write(read, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  static KafkaRecord record(byte[] value) {
    return new KafkaRecord("in", 0, 0, 0, 0, null, value);
  }

  static RecordingRow write(AvroRecordFormat format, byte[] value, TensorSpec... inputs) {
    RecordingRow row = RecordingRow.batched(inputs);
    format.write(record(value), row);
    return row;
  }

  static RecordException rejection(AvroRecordFormat format, byte[] value, TensorSpec... inputs) {
    RecordException e =
        catchThrowableOfType(RecordException.class, () -> write(format, value, inputs));
    assertThat(e).isNotNull();
    assertThat(e.getMessage()).doesNotContain("\n");
    return e;
  }
}
