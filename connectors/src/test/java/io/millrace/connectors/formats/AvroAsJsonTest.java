package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.AvroRows.schema;
import static io.millrace.connectors.formats.JsonRows.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** An Avro record, decoded or not, is written, or rejected, as the JSON of its fields is. */
class AvroAsJsonTest {
  private static final int RECORDS = 5_000;

  private static final Schema SCHEMA =
      schema(
          """
          {'type': 'record', 'name': 'r', 'fields': [
            {'name': 'real', 'type': ['null', 'float', 'double', 'string', 'boolean']},
            {'name': 'half', 'type': ['double', 'int', {'type': 'long', 'logicalType':
              'timestamp-micros'}]},
            {'name': 'whole', 'type': ['null', 'int', 'long', 'double']},
            {'name': 'flag', 'type': ['boolean', 'int']},
            {'name': 'text', 'type': ['string', 'int', {'type': 'enum', 'name': 'e', 'symbols':
              ['A', 'B']}, {'type': 'fixed', 'name': 'x', 'size': 2}]},
            {'name': 'grid', 'type': {'type': 'array', 'items': ['null',
              {'type': 'array', 'items': ['null', 'int', {'type': 'array', 'items': 'int'}]}]}},
            {'name': 'open', 'type': ['float', {'type': 'array', 'items': ['float',
              {'type': 'array', 'items': 'float'}]}]},
            {'name': 'pair', 'type': ['float', {'type': 'array', 'items': ['float', 'string']}]},
            {'name': 'card', 'type': ['null', {'type': 'record', 'name': 'card', 'fields': [
              {'name': 'age', 'type': ['null', 'int']}, {'name': 'limit', 'type': 'double'}]}]}]}
          """);

  private static final List<TensorSpec> INPUTS =
      List.of(
          spec("real", "float32"),
          spec("half", "float16"),
          spec("whole", "int8"),
          spec("flag", "bool"),
          spec("text", "string"),
          spec("grid", "int64", -1, 2),
          new TensorSpec("open", ElementType.FLOAT32, Shape.unknownRank()),
          spec("pair", "complex64"),
          spec("card", "float64", 2));

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @Test
  void write_inputs_asOfJson() throws Exception {
    int written = 0;
    for (int i = 0; i < RECORDS; i++) {
      TensorSpec input = INPUTS.get(random.nextInt(INPUTS.size()));
      Signature signature = new Signature("s", List.of(input), List.of());
      boolean batched = input.shape().hasRank();
      AvroRecordFormat avro = AvroRecordFormat.builder(FixedSchema.of(SCHEMA)).build();
      JsonRecordFormat json = JsonRecordFormat.builder().build();
      TensorSpec row = batched ? input.withShape(input.shape().withoutFirst()) : input;
      RecordFields fields = RecordFields.of(List.of(), null, List.of(row), List.of(), false);
      AvroRecordWriter decoded = AvroRecordWriter.ofInputs();
      written += assertSame(avro, decoded, json, signature, batched, fields);
    }
    assertThat(written).as("seed %d", seed).isBetween(RECORDS / 10, RECORDS);
  }

  @Test
  void write_features_asOfJson() throws Exception {
    List<Feature> features =
        List.of(
            Feature.required("half", ElementType.FLOAT32),
            new Feature("real", ElementType.FLOAT32, 7),
            new Feature("whole", ElementType.INT16, 8),
            Feature.required("flag", ElementType.BOOL),
            new Feature("card.age", ElementType.UINT8, 9));
    Signature signature = new Signature("s", List.of(spec("x", "float32", 5)), List.of());
    AvroRecordFormat avro =
        AvroRecordFormat.builder(FixedSchema.of(SCHEMA)).features("x", features).build();
    AvroRecordWriter decoded = AvroRecordWriter.ofFeatures("x", features);
    JsonRecordFormat json = JsonRecordFormat.builder().features("x", features).build();
    RecordFields fields = RecordFields.of(features, "x", signature.inputs(), List.of(), false);
    int written = 0;
    for (int i = 0; i < RECORDS; i++) {
      written += assertSame(avro, decoded, json, signature, true, fields);
    }
    assertThat(written).as("seed %d", seed).isBetween(1, RECORDS);
  }

  private int assertSame(
      FeatureWriter<KafkaRecord> avro,
      FeatureWriter<AvroRecord> decoded,
      FeatureWriter<KafkaRecord> json,
      Signature signature,
      boolean batched,
      RecordFields fields)
      throws IOException {
    byte[] value = datum(SCHEMA);
    AvroValues values = new AvroValues(FixedSchema.of(SCHEMA).get(), fields, RecordLimits.DEFAULT);
    AvroRecord record = values.read(value);
    assertThat(AvroMeasure.of(record).bytes())
        .as("seed %d", seed)
        .isLessThanOrEqualTo(bytes(record.record()).length);
    String ofAvro = outcome(avro, AvroRows.record(value), new RecordingRow(signature, batched));
    String ofDecoded = outcome(decoded, record, new RecordingRow(signature, batched));
    String ofJson =
        outcome(json, AvroRows.record(record.json()), new RecordingRow(signature, batched));
    assertThat(ofAvro).as("seed %d", seed).isEqualTo(ofJson);
    assertThat(ofDecoded).as("seed %d", seed).isEqualTo(ofJson);
    return ofAvro.startsWith("rejected") ? 0 : 1;
  }

  private static <T> String outcome(FeatureWriter<T> format, T record, RecordingRow row) {
    try {
      format.write(record, row);
      return row.contents();
    } catch (RecordException e) {
      return "rejected: " + e.reason() + " " + e.getMessage();
    }
  }

  private byte[] datum(Schema schema) throws IOException {
    return bytes((IndexedRecord) value(schema));
  }

  private static byte[] bytes(IndexedRecord record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(record.getSchema()).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private Object value(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> {
        GenericData.Record record = new GenericData.Record(schema);
        schema.getFields().forEach(field -> record.put(field.pos(), value(field.schema())));
        yield record;
      }
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        for (int n = 1 + random.nextInt(2); n > 0 && random.nextInt(12) > 0; n--) {
          list.add(value(schema.getElementType()));
        }
        yield list;
      }
      case UNION -> value(schema.getTypes().get(random.nextInt(schema.getTypes().size())));
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextInt(9) == 0 ? 1e300 : random.nextDouble();
      case INT -> random.nextInt(300) - 150;
      case LONG -> random.nextLong() >> random.nextInt(64);
      case BOOLEAN -> random.nextBoolean();
      case STRING -> List.of("NaN", "-Infinity", "text").get(random.nextInt(3));
      case ENUM -> new GenericData.EnumSymbol(schema, "B");
      case FIXED -> new GenericData.Fixed(schema, new byte[] {(byte) random.nextInt(), 1});
      case NULL -> null;
      case BYTES, MAP -> throw new IllegalStateException("not in the schema");
    };
  }
}
