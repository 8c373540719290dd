package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.JsonRows.record;
import static io.millrace.connectors.formats.JsonRows.spec;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Row;
import io.millrace.tensor.TensorSpec;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two readers agree to the bit, and the fast one takes what it is there for. */
class PlainReaderTest {
  private static final JsonRecordFormat BY_NAME = JsonRecordFormat.builder().build();
  private static final List<String> FLOATING = List.of("float32", "float64", "float16", "bfloat16");
  private static final List<String> INTEGERS =
      List.of("int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "qint8", "int4");

  /**
   * Reads a record both ways.
   *
   * @return whether it is a plain one
   */
  private static boolean readBoth(
      JsonRecordFormat format, byte[] record, String what, TensorSpec... inputs) {
    RecordingRow plainRow = RecordingRow.batched(inputs);
    RecordingRow tokenRow = new RecordingRow(plainRow.signature(), true);
    JsonRecordFormat.Readers readers = format.readersFor(plainRow);
    boolean[] plain = new boolean[1];
    String byBytes = outcome(plainRow, row -> plain[0] = readers.plain().read(record, row));
    String byTokens = outcome(tokenRow, row -> readers.tokens().read(record, row));
    if (plain[0] || !byBytes.startsWith("accepted")) {
      assertThat(byBytes).as(what + ": " + new String(record, UTF_8)).isEqualTo(byTokens);
    } else {
      assertThat(plainRow.isUntouched()).as(what + ": " + new String(record, UTF_8)).isTrue();
    }
    return plain[0];
  }

  private static boolean readBoth(JsonRecordFormat format, String json, TensorSpec... inputs) {
    return readBoth(format, record(json).value(), "", inputs);
  }

  private static String outcome(RecordingRow row, Consumer<Row> reader) {
    try {
      reader.accept(row);
      return "accepted " + row.contents();
    } catch (RecordException e) {
      return e.reason() + " " + e.getMessage();
    }
  }

  @Test
  void read_randomNumbers_haveTheSameBitsByTokens() {
    long seed = 20261126;
    Random random = new Random(seed);
    int plain = 0;
    for (int i = 0; i < 5_000; i++) {
      String number = number(random);
      String type =
          i % 3 == 0
              ? INTEGERS.get(random.nextInt(INTEGERS.size()))
              : FLOATING.get(random.nextInt(FLOATING.size()));
      String json = "{\"x\": [" + number + "]}";
      plain += readBoth(BY_NAME, json.getBytes(UTF_8), "seed " + seed, spec("x", type, 1)) ? 1 : 0;
    }
    assertThat(plain).isGreaterThan(1_500);
  }

  private static String number(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> Double.toString(Double.longBitsToDouble(random.nextLong()));
      case 1 -> Float.toString(Float.intBitsToFloat(random.nextInt()));
      case 2 -> Double.toString(random.nextGaussian());
      case 3 -> Long.toString(random.nextLong() >> random.nextInt(64));
      case 4 -> Long.toUnsignedString(random.nextLong()) + "e" + (random.nextInt(80) - 60);
      case 5 -> "-" + "0".repeat(random.nextInt(2)) + random.nextInt(3) + tail(random);
      case 6 -> "0." + "0".repeat(random.nextInt(120)) + random.nextInt(1_000) + tail(random);
      case 7 -> betweenFloats(random);
      case 8 -> random.nextInt(300) - 150 + tail(random);
      default -> (random.nextBoolean() ? "-" : "") + digits(random, 1 + random.nextInt(24));
    };
  }

  private static String tail(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> ".";
      case 1 -> "." + digits(random, 1 + random.nextInt(30));
      case 2 -> "E" + (random.nextInt(90) - 45);
      case 3 -> ".5e+0" + random.nextInt(40);
      case 4 -> "e" + digits(random, random.nextInt(6));
      default -> "";
    };
  }

  private static String digits(Random random, int count) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < count; i++) {
      digits.append(random.nextInt(10));
    }
    return digits.toString();
  }

  /** Where rounding to a double first and to a float then could differ from rounding once. */
  private static String betweenFloats(Random random) {
    float value = random.nextFloat();
    BigDecimal middle =
        new BigDecimal(value).add(new BigDecimal(Math.nextUp(value))).divide(BigDecimal.valueOf(2));
    BigDecimal near =
        middle.add(
            new BigDecimal(Math.ulp((double) value))
                .multiply(BigDecimal.valueOf(random.nextInt(5) - 2).divide(BigDecimal.valueOf(4))));
    return near.round(new MathContext(14 + random.nextInt(6))).toString();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "float32, 9007199254740993",
        "float32, -0",
        "float32, -0.0",
        "float32, 1.401298464324817e-45",
        "float32, 3.4028235e38",
        "float64, 2.2250738585072014e-308",
        "float64, 0.000012345678901234567",
        "float64, 1E+2",
        "float16, 65504",
        "int64, 9223372036854775807",
        "int64, -9223372036854775808",
        "uint64, 9223372036854775807",
        "int32, -0",
        "bool, false",
        "string, 'plain'",
        "string, 'Grüße 世界 😀'",
        "string, ''"
      })
  void read_commonValues_areRead(String type, String value) {
    assertThat(readBoth(BY_NAME, " {'x' :\t[" + value + " ]}\r\n", spec("x", type, 1))).isTrue();
    assertThat(readBoth(BY_NAME, "{'x':" + value + "}", spec("x", type))).isTrue();
    assertThat(readBoth(BY_NAME, "{'x':[[" + value + "]]}", spec("x", type, -1, -1))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "{",
        "}",
        "{}",
        "{'x': 1}}",
        "{'x': 1} 2",
        "{'x': 1,}",
        "{'x' 1}",
        "{x: 1}",
        "{'x': 01}",
        "{'x': 1.}",
        "{'x': .5}",
        "{'x': +1}",
        "{'x': -}",
        "{'x': 1e}",
        "{'x': tru}",
        "{'x': 1e999}",
        "{'x': 1e39}",
        "{'x': 5e-324}",
        "{'x': 'NaN'}",
        "{'x': [1]}",
        "{'x': {'b64': ''}}",
        "{'x': null}",
        "{'x': true}",
        "{'x': 1, 'x': 1}",
        "{'y': 1}",
        "{'x': 1, 'y': 2}",
        "{'\\u0078': 1}",
        "{'x': 12345678901234567890123}",
        "{'x': 1\u00a0}",
        "{'x': 1, 'y': {'z': 1}",
        "{'x': 1, 'y': [1}",
        "{'x': 1, 'y': '}",
        "{'x': 1, 'y': '\\}"
      })
  void read_anythingElse_isLeftToTheTokensUntouched(String json) {
    TensorSpec x = spec("x", "float32");
    assertThat(readBoth(BY_NAME, json, x)).isFalse();
    // The record after it is read as if nothing had been.
    assertThat(readBoth(BY_NAME, "{'x': 1}", x)).isTrue();
  }

  @Test
  void read_emptyLists_areReadWhereTheirShapeFits() {
    for (String type : List.of("float32", "float64", "int32", "bool", "string")) {
      assertThat(readBoth(BY_NAME, "{'x': [ ]}", spec("x", type, -1))).isTrue();
      assertThat(readBoth(BY_NAME, "{'x':[]}", spec("x", type, 0))).isTrue();
      assertThat(readBoth(BY_NAME, "{'x': []}", spec("x", type, -1, 3))).isTrue();
      assertThat(readBoth(BY_NAME, "{'x': []}", spec("x", type, -1, -1, 2))).isTrue();
      assertThat(readBoth(BY_NAME, "{'x': [[], []]}", spec("x", type, 2, -1))).isTrue();
      assertThat(readBoth(BY_NAME, "{'x': [[],[ ]]}", spec("x", type, -1, 0))).isTrue();
      assertThat(readBoth(BY_NAME, "{'x': []}", spec("x", type, 2))).isFalse();
      assertThat(readBoth(BY_NAME, "{'x': [[], [[]]]}", spec("x", type, 2, -1, -1))).isFalse();
      assertThat(readBoth(BY_NAME, "{'x': [", spec("x", type, -1))).isFalse();
      assertThat(readBoth(BY_NAME, "{'x': [}", spec("x", type, -1))).isFalse();
    }
  }

  @Test
  void read_carriedAndIgnoredFields_areSkippedWhateverTheyAre() {
    JsonRecordFormat format =
        JsonRecordFormat.builder().carriedFields(List.of("id")).ignoreUnknownFields(true).build();
    TensorSpec x = spec("x", "float32");
    assertThat(readBoth(format, "{'id': 'a\\n\\'}é', 'x': 1, 'z': {'a': [{}, [], null]}}", x))
        .isTrue();
    assertThat(readBoth(format, "{'other': [true, 1.5e3, {'k': 'v'}], 'x': 1, 'id': {}}", x))
        .isTrue();
    assertThat(readBoth(format, "{'x': 1, 'id': [1, 2}", x)).isFalse();
    assertThat(readBoth(format, "{'x': 1, 'id': '\\x'}", x)).isFalse();
    assertThat(readBoth(format, "{'x': 1, 'id': 1, 'id': 1}", x)).isFalse();
  }

  @Test
  void read_nestedBeyondTheLimit_isLeftToTheTokens() {
    JsonRecordFormat shallow =
        JsonRecordFormat.builder()
            .limits(new RecordLimits(1 << 10, 3))
            .ignoreUnknownFields(true)
            .build();
    TensorSpec x = spec("x", "float32");
    assertThat(readBoth(shallow, "{'x': 1, 'y': [[1]]}", x)).isTrue();
    assertThat(readBoth(shallow, "{'x': 1, 'y': [[[1]]]}", x)).isFalse();
    assertThat(readBoth(shallow, "{'x': [[1]]}", spec("x", "float32", 1, 1))).isTrue();
    assertThat(readBoth(shallow, "{'x': [[[1]]]}", spec("x", "float32", 1, 1, 1))).isFalse();
  }

  @Test
  void read_manyFeaturesInAnyOrder_fillTheVector() {
    long seed = 11;
    Random random = new Random(seed);
    List<Feature> features = new ArrayList<>();
    List<String> types = List.of("float32", "int8", "bool", "float64");
    for (int i = 0; i < 100; i++) {
      ElementType type = ElementType.of(types.get(i % 4));
      features.add(new Feature("f" + i + (i % 7 == 0 ? "é" : ""), type, i % 4 == 2 ? true : 1));
    }
    JsonRecordFormat format = JsonRecordFormat.builder().features("x", features).build();
    TensorSpec x = spec("x", "float64", 100);
    for (int i = 0; i < 50; i++) {
      List<Feature> order = new ArrayList<>(features.subList(0, 40 + random.nextInt(61)));
      if (i % 2 == 0) {
        Collections.shuffle(order, random);
      }
      StringBuilder json = new StringBuilder("{");
      for (Feature feature : order) {
        String value =
            switch (features.indexOf(feature) % 4) {
              case 1 -> Integer.toString(random.nextInt(256) - 128);
              case 2 -> Boolean.toString(random.nextBoolean());
              default -> Float.toString(random.nextFloat());
            };
        json.append(json.length() == 1 ? "" : ",").append("'").append(feature.name());
        json.append("':").append(random.nextInt(20) == 0 ? "null" : value);
      }
      String record = json.append("}").toString();
      assertThat(readBoth(format, record, x)).as("seed %d: %s", seed, record).isTrue();
    }
  }

  @Test
  void read_requiredFeatureAbsent_isRefusedInTheSameWords() {
    JsonRecordFormat format =
        JsonRecordFormat.builder()
            .features("x", List.of(Feature.required("a", ElementType.FLOAT32)))
            .build();

    readBoth(format, "{'b': 1}", spec("x", "float32", 1));
    readBoth(format, "{'a': 1}", spec("x", "float32", 2));
    readBoth(format, "{'a': 1}", spec("y", "float32", 1));
  }

  @Test
  void read_namesThatNeedEscapes_areLeftToTheTokens() {
    assertThat(readBoth(BY_NAME, "{'a\\\\b': 1}", spec("a\\b", "float32"))).isFalse();
    assertThat(readBoth(BY_NAME, "{'a\\b': 1}", spec("a\\b", "float32"))).isFalse();
  }

  @Test
  void read_mutatedRecords_neverDisagrees() {
    long seed = 20261127;
    Random random = new Random(seed);
    JsonRecordFormat format =
        JsonRecordFormat.builder()
            .features(
                "v",
                List.of(
                    Feature.required("amount", ElementType.FLOAT32),
                    new Feature("age", ElementType.UINT8, 0)))
            .carriedFields(List.of("id"))
            .build();
    byte[] template =
        ("{\"id\": \"a\\\\é\", \"amount\": 12.5e0, \"age\": 44, \"s\": [\"ab\", \"c}\"], "
                + "\"z\": [[1, -2.25], [3, 4]], \"o\": {\"k\": [null, 1]}, \"n\": 12345678901}")
            .getBytes(UTF_8);
    int plain = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] record = mutated(template, random);
      boolean read =
          readBoth(
              format,
              record,
              "seed " + seed + ", record " + i,
              spec("v", "float32", 2),
              spec("s", "string", 2),
              spec("z", "float32", -1, 2),
              spec("n", "int64"));
      plain += read ? 1 : 0;
    }
    assertThat(plain).isBetween(100, 4_000);
  }

  private static byte[] mutated(byte[] template, Random random) {
    byte[] record = template.clone();
    String marks = "{}[]\",:0.e-tn \\";
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(record.length);
      switch (random.nextInt(5)) {
        case 0 -> record[at] = (byte) random.nextInt();
        case 1 -> record[at] = (byte) marks.charAt(random.nextInt(marks.length()));
        case 2 -> record[at] = (byte) ('0' + random.nextInt(10));
        case 3 -> {
          byte[] cut = Arrays.copyOf(record, at + 1);
          cut[at] = '}';
          record = random.nextInt(4) == 0 ? cut : record;
        }
        default -> {
          int from = random.nextInt(template.length);
          int length =
              Math.min(random.nextInt(8), Math.min(record.length - at, template.length - from));
          System.arraycopy(template, from, record, at, length);
        }
      }
    }
    return record;
  }
}
