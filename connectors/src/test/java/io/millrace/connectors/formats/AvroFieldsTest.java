package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;

class AvroFieldsTest {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "r", "fields": [
                {"name": "id", "type": "long"},
                {"name": "amount", "type": ["null", "float"]},
                {"name": "card", "type": ["null", {"type": "record", "name": "card", "fields": [
                  {"name": "age", "type": "int"}, {"name": "limit", "type": "double"}]}]},
                {"name": "grid", "type": {"type": "array", "items":
                  {"type": "array", "items": "float"}}},
                {"name": "text", "type": "string"},
                {"name": "raw", "type": "bytes"}]}
              """);

  private static WantedField wanted(String name, ElementType type, long... row) {
    return new WantedField(name, type, Shape.of(row), true);
  }

  private static RecordFields fields(WantedField... wanted) {
    return new RecordFields(List.of(wanted), false);
  }

  private static GenericRecord record() {
    Schema card = SCHEMA.getField("card").schema().getTypes().get(1);
    return new GenericRecordBuilder(SCHEMA)
        .set("id", 7L)
        .set("amount", 0.1f)
        .set("card", new GenericRecordBuilder(card).set("age", 3).set("limit", 2.5).build())
        .set("grid", List.of(List.of(1f, Float.NaN), List.of(2f, 3f)))
        .set("text", "\u00fc\"")
        .set("raw", ByteBuffer.wrap(new byte[] {(byte) 0xff}))
        .build();
  }

  /** The record as a reader with the projection has it. */
  private static String json(RecordFields wanted, GenericRecord record)
      throws UnfitSchemaException {
    AvroFields fields = AvroFields.of(SCHEMA, wanted);
    GenericRecord read = new GenericData.Record(fields.projection());
    fields.projection().getFields().forEach(it -> read.put(it.pos(), record.get(it.name())));
    return new String(fields.json(read), UTF_8);
  }

  @Test
  void json_inputs_haveTheirShapesAndExactFloats() throws UnfitSchemaException {
    assertThat(
            json(
                fields(
                    wanted("amount", ElementType.FLOAT32),
                    wanted("card", ElementType.FLOAT64, 2),
                    wanted("grid", ElementType.FLOAT32, -1, 2),
                    wanted("text", ElementType.STRING),
                    wanted("raw", ElementType.STRING)),
                record()))
        .isEqualTo(
            "{\"amount\":0.10000000149011612,\"card\":[3,2.5],\"grid\":[[1.0,\"NaN\"],[2.0,3.0]],"
                + "\"text\":\"\u00fc\\\"\",\"raw\":{\"b64\":\"/w==\"}}");
  }

  @Test
  void json_carriedAndNestedFields_areAsTheyWere() throws UnfitSchemaException {
    assertThat(
            json(
                fields(
                    wanted("card.age", ElementType.INT64),
                    WantedField.carried("amount"),
                    WantedField.carried("card"),
                    WantedField.carried("nowhere")),
                record()))
        .isEqualTo("{\"card.age\":3,\"amount\":0.1,\"card\":{\"age\":3,\"limit\":2.5}}");
  }

  @Test
  void json_nulls_areAbsent() throws UnfitSchemaException {
    GenericRecord record = record();
    record.put("amount", null);
    record.put("card", null);

    assertThat(
            json(
                fields(
                    wanted("amount", ElementType.FLOAT32),
                    wanted("card.age", ElementType.INT64),
                    wanted("id", ElementType.INT64)),
                record))
        .isEqualTo("{\"id\":7}");
  }

  @Test
  void json_anyFloat_comesBackToTheBit() throws UnfitSchemaException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    RecordFields wanted = fields(wanted("amount", ElementType.FLOAT32));
    for (int i = 0; i < 10_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(value)) {
        GenericRecord record = record();
        record.put("amount", value);
        String json = json(wanted, record);
        String number = json.substring(json.indexOf(':') + 1, json.length() - 1);
        assertThat((float) Double.parseDouble(number)).as("seed " + seed).isEqualTo(value);
      }
    }
  }

  @Test
  void of_whatDoesNotFit_isNamedAtOnce() {
    assertThatThrownBy(
            () ->
                AvroFields.of(
                    SCHEMA,
                    new RecordFields(
                        List.of(
                            wanted("amount", ElementType.INT32),
                            wanted("card", ElementType.FLOAT32, 3),
                            wanted("grid", ElementType.FLOAT32, 2),
                            wanted("text", ElementType.BOOL),
                            wanted("age", ElementType.FLOAT32),
                            wanted("id", ElementType.FLOAT64)),
                        true)))
        .isInstanceOf(UnfitSchemaException.class)
        .hasMessageContainingAll(
            "field 'amount': expected int32, the schema has float",
            "field 'card': expected float32[3], the schema has record of 2 fields",
            "field 'grid': expected float32[2], the schema has array of array of float",
            "field 'text': expected bool, the schema has string",
            "field 'age' is absent: the schema has [id, amount, card, grid, text, raw]",
            "field 'raw' goes nowhere")
        .hasMessageNotContaining("'id':");
  }

  @Test
  void of_optionalFieldThatIsAbsent_fits() throws UnfitSchemaException {
    WantedField optional = new WantedField("age", ElementType.FLOAT32, Shape.scalar(), false);

    assertThat(json(fields(optional, wanted("id", ElementType.INT64)), record()))
        .isEqualTo("{\"id\":7}");
  }

  @Test
  void json_times_areInMillisecondsWhateverTheyAreCountedIn() throws UnfitSchemaException {
    Schema micros = LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
    Schema schema =
        SchemaBuilder.record("r")
            .fields()
            .name("millis")
            .type(LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG)))
            .noDefault()
            .name("micros")
            .type(Schema.createUnion(Schema.create(Schema.Type.NULL), micros))
            .noDefault()
            .name("local")
            .type(LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG)))
            .noDefault()
            .name("nanos")
            .type(AvroTimes.nanos())
            .noDefault()
            .name("all")
            .type(Schema.createArray(micros))
            .noDefault()
            .endRecord();
    AvroFields fields =
        AvroFields.of(
            schema,
            fields(
                WantedField.carried("millis"),
                wanted("micros", ElementType.INT64),
                WantedField.carried("local"),
                WantedField.carried("nanos"),
                WantedField.carried("all")));
    GenericRecord record = new GenericData.Record(fields.projection());
    record.put("millis", 1_700_000_000_123L);
    record.put("micros", 1_700_000_000_123_999L);
    record.put("local", -1L);
    record.put("nanos", 1_700_000_000_123_999_999L);
    record.put("all", List.of(1000L, 2999L));

    assertThat(new String(fields.json(record), UTF_8))
        .isEqualTo(
            "{\"millis\":1700000000123,\"micros\":1700000000123,\"local\":-1,"
                + "\"nanos\":1700000000123,\"all\":[1,2]}");
  }
}
