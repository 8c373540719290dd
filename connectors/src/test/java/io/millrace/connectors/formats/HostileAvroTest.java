package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.AvroRows.datum;
import static io.millrace.connectors.formats.AvroRows.rejection;
import static io.millrace.connectors.formats.AvroRows.schema;
import static io.millrace.connectors.formats.JsonRows.spec;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the bytes are, a record is written or rejected, in little time and little memory. */
@Timeout(180)
class HostileAvroTest {
  private static final int RECORDS = 5_000;
  private static final TensorSpec X = spec("x", "float32");

  private static final Schema MIXED =
      schema(
          """
          {'type': 'record', 'name': 'Mixed', 'fields': [
            {'name': 'skipped', 'type': {'type': 'array', 'items': ['null', 'string', 'bytes']}},
            {'name': 'passed', 'type': {'type': 'map', 'values': {'type': 'array', 'items': 'long'}}},
            {'name': 'x', 'type': 'float'},
            {'name': 'grid', 'type': {'type': 'array', 'items': {'type': 'array', 'items': 'int'}}},
            {'name': 'id', 'type': ['string', 'null']},
            {'name': 'tags', 'type': {'type': 'map', 'values': ['double', 'string', 'null']}},
            {'name': 'kind', 'type': {'type': 'enum', 'name': 'k', 'symbols': ['A', 'B']}}]}
          """);

  private static byte[] longs(long... values) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    for (long value : values) {
      encoder.writeLong(value);
    }
    encoder.flush();
    return bytes.toByteArray();
  }

  private static AvroRecordFormat format(Schema schema, String... carried) {
    return AvroRecordFormat.builder(FixedSchema.of(schema)).carriedFields(List.of(carried)).build();
  }

  private static Schema with(String type) {
    return schema(
        "{'type': 'record', 'name': 'r', 'fields': [{'name': 'a', 'type': "
            + type
            + "}, {'name': 'x', 'type': 'float'}]}");
  }

  /** Both where the field is read and where it is passed over. */
  private static void assertMalformed(String type, byte[] value) {
    for (AvroRecordFormat format : List.of(format(with(type)), format(with(type), "a"))) {
      assertThat(rejection(format, value, X).reason()).isEqualTo(RecordReason.MALFORMED);
    }
  }

  @Test
  void write_lengthsOfTwoGigabytes_allocateNothing() throws Exception {
    for (long length : new long[] {Integer.MAX_VALUE - 8, 1L << 40, -1, Long.MIN_VALUE}) {
      assertMalformed("'string'", longs(length, 1, 1));
      assertMalformed("'bytes'", longs(length, 1, 1));
      assertMalformed("{'type': 'array', 'items': 'long'}", longs(length, 1, 1));
      assertMalformed("{'type': 'map', 'values': 'long'}", longs(length, 1, 1));
    }
  }

  @Test
  void write_elementsWithoutBytes_areCounted() throws Exception {
    String nulls = "{'type': 'array', 'items': 'null'}";
    assertMalformed(nulls, longs(Integer.MAX_VALUE - 8, 0, 0, 0, 0));
    assertMalformed(
        "{'type': 'array', 'items': " + nulls + "}",
        longs(3, 1 << 19, 0, 1 << 19, 0, 1 << 19, 0, 0, 0, 0, 0, 0));
    assertMalformed(nulls, longs(1100, 0, 0, 0, 0));
    byte[] few = longs(900, 0, 0, 0, 0, 0);
    assertThat(AvroRows.write(format(with(nulls)), few, X).written("x")).containsExactly(0.0);
  }

  @Test
  void write_blockThatWouldBeGoneBackTo_ends() throws Exception {
    assertMalformed("{'type': 'array', 'items': 'long'}", longs(-1, -2, 0, 0, 0));
    assertMalformed("{'type': 'map', 'values': 'long'}", longs(-1, -2, 0, 0, 0));
  }

  @Test
  void write_blocksWithTheirSizes_areReadAndPassedOver() throws Exception {
    Schema sized = with("{'type': 'array', 'items': 'long'}");
    byte[] value = Arrays.copyOf(longs(-2, 2, 5, 6, 1, 7, 0), 7 + Float.BYTES);
    RecordJson json = new AvroRecordJson(FixedSchema.of(sized), List.of("a"), RecordLimits.DEFAULT);

    assertThat(AvroRows.write(format(sized), value, X).written("x")).containsExactly(0.0);
    assertThat(new String(json.of(value), UTF_8)).isEqualTo("{\"a\":[5,6,7]}");
  }

  @Test
  void write_schemaThatHasItselfAsAPart_isPassedOverButNotRead() throws Exception {
    Schema list =
        schema(
            """
            {'type': 'record', 'name': 'List', 'fields': [
              {'name': 'next', 'type': ['null', 'List']}, {'name': 'x', 'type': 'float'}]}
            """);
    int depth = 200_000;
    byte[] value = new byte[depth + 1 + (depth + 1) * Float.BYTES];
    Arrays.fill(value, 0, depth, (byte) 2);

    assertThat(AvroRows.write(format(list), value, X).written("x")).containsExactly(0.0);
    RecordException carried = rejection(format(list, "next"), value, X);
    assertThat(carried.reason()).isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(carried).hasMessageContaining("field 'next': its schema has itself as a part");
  }

  private static Schema tree(String children) {
    return schema(
        "{'type': 'record', 'name': 'Tree', 'fields': [{'name': 'children', 'type': "
            + children
            + "}, {'name': 'x', 'type': 'float'}]}");
  }

  @Test
  void write_arraysAndMapsOfTheirRecord_arePassedOverToADepth() throws Exception {
    byte[] deep = new byte[10_000];
    Arrays.fill(deep, (byte) 2);
    for (String children :
        List.of(
            "{'type': 'map', 'values': ['null', 'Tree']}",
            "['null', {'type': 'array', 'items': ['null', 'Tree']}]",
            "{'type': 'array', 'items': 'Tree'}")) {
      assertThat(rejection(format(tree(children)), deep, X))
          .hasMessageContaining("nested deeper than 256 levels")
          .extracting(RecordException::reason)
          .isEqualTo(RecordReason.MALFORMED);
    }
    Schema tree = tree("{'type': 'array', 'items': 'Tree'}");
    String leaf = "{'children': [], 'x': 2}";
    String inner = "{'children': [" + leaf + ", " + leaf + "], 'x': 3}";
    byte[] value = datum(tree, "{'children': [" + inner + ", " + leaf + "], 'x': 4}");
    assertThat(AvroRows.write(format(tree), value, X).written("x")).containsExactly(4.0);
  }

  @Test
  void write_mutatedBytes_areAcceptedOrRejectedWithAReason() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] template =
        datum(
            MIXED,
            "{'skipped': [null, {'string': 'abc'}, {'bytes': 'de'}], 'passed': {'k': [1, 2, 3]},"
                + " 'x': 1.5, 'grid': [[1, 2], [3, 4]], 'id': {'string': 'hunter2 \u00fc'},"
                + " 'tags': {'t': {'double': 2.5}, 'u': {'string': 'v'}}, 'kind': 'B'}");
    AvroRecordFormat format = format(MIXED, "id", "tags", "kind", "grid");
    List<String> fields = List.of("id", "tags", "kind", "grid");
    ScoredRecordFormat scored =
        new ScoredRecordFormat("out", fields, false)
            .reading(new AvroRecordJson(FixedSchema.of(MIXED), fields, RecordLimits.DEFAULT));
    Signature signature =
        new Signature("serving_default", List.of(X, spec("grid", "int64", -1, -1)), List.of());
    Map<RecordReason, Integer> reasons = new EnumMap<>(RecordReason.class);
    int accepted = 0;
    for (int i = 0; i < RECORDS; i++) {
      byte[] value = mutated(template, random);
      KafkaRecord record = AvroRows.record(value);
      try {
        format.write(record, new RecordingRow(signature, true));
        accepted++;
        scored.read(record, new StoredPrediction(), new ModelVersion("m", 1, "sha256:"));
      } catch (RecordException e) {
        reasons.merge(e.reason(), 1, Integer::sum);
        assertThat(e.getMessage()).doesNotContain("\n", "hunter2");
      } catch (RuntimeException | Error e) {
        fail("seed " + seed + ", record " + i + ": " + HexFormat.of().formatHex(value), e);
      }
    }
    assertThat(accepted).as("seed %d", seed).isPositive();
    assertThat(reasons).as("seed %d", seed).containsKey(RecordReason.MALFORMED);
    assertThat(reasons.values().stream().mapToInt(Integer::intValue).sum() + accepted)
        .isEqualTo(RECORDS);
  }

  private static byte[] mutated(byte[] template, Random random) {
    byte[] value = template.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(value.length);
      switch (random.nextInt(4)) {
        case 0 -> value[at] = (byte) random.nextInt();
        case 1 -> value = Arrays.copyOf(value, 1 + random.nextInt(2 * value.length));
        case 2 -> Arrays.fill(value, at, Math.min(value.length, at + 5), (byte) 0xff);
        default -> value[at] += (byte) (random.nextInt(5) - 2);
      }
    }
    return value;
  }
}
