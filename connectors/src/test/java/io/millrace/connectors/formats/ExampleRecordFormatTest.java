package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.JsonRows.spec;
import static io.millrace.testing.models.ExampleBytes.floats;
import static io.millrace.testing.models.ExampleBytes.integers;
import static io.millrace.testing.models.ExampleBytes.strings;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.testing.models.ExampleBytes;
import io.millrace.testing.models.ExampleBytes.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExampleRecordFormatTest {
  private static final TensorSpec X = spec("x", "float32", 2);

  private final ExampleRecordFormat format = ExampleRecordFormat.builder().build();

  private static KafkaRecord record(byte[] value) {
    return new KafkaRecord("in", 0, 0, 0, 0, null, value);
  }

  private static RecordingRow write(
      ExampleRecordFormat format, byte[] value, TensorSpec... inputs) {
    RecordingRow row = RecordingRow.batched(inputs);
    format.write(record(value), row);
    return row;
  }

  private static RecordException refusal(
      ExampleRecordFormat format, byte[] value, TensorSpec... inputs) {
    RecordException refusal =
        catchThrowableOfType(RecordException.class, () -> write(format, value, inputs));
    assertThat(refusal).isNotNull();
    return refusal;
  }

  private RecordReason reason(Map<String, ExampleBytes.Values> features, TensorSpec... inputs) {
    return refusal(format, ExampleBytes.of(features), inputs).reason();
  }

  @Test
  void write_listsOfEachKind_goToTheInputsOfTheirNames() {
    var features =
        Map.of(
            "x", floats(1.5f, -0.0f),
            "d", floats(0.1f),
            "h", floats(65504),
            "n", integers(Long.MIN_VALUE, -1, 0, Long.MAX_VALUE),
            "u", integers(255),
            "b", integers(1, 0),
            "s", strings("é", ""),
            "label", integers(3));

    RecordingRow row =
        write(
            format,
            ExampleBytes.of(features),
            X,
            spec("d", "float64"),
            spec("h", "float16", 1),
            spec("n", "int64", 2, 2),
            spec("u", "uint8"),
            spec("b", "bool", 2),
            spec("s", "string", 2));

    assertThat(row.written("x")).containsExactly(1.5, -0.0);
    assertThat(row.written("d")).containsExactly((double) 0.1f);
    assertThat(row.written("h")).containsExactly(65504.0);
    assertThat(row.written("n")).containsExactly(Long.MIN_VALUE, -1L, 0L, Long.MAX_VALUE);
    assertThat(row.written("u")).containsExactly(255L);
    assertThat(row.written("b")).containsExactly(true, false);
    assertThat(row.written("s")).containsExactly("\u00c3\u00a9", "");
  }

  @Test
  void write_unknownDimension_isSettledByTheLength() {
    var features = Map.of("x", floats(1, 2, 3, 4, 5, 6), "n", integers());

    RecordingRow row =
        write(
            format, ExampleBytes.of(features), spec("x", "float32", -1, 2), spec("n", "int64", -1));

    assertThat(row.shape("x")).isEqualTo(Shape.of(3, 2));
    assertThat(row.shape("n")).isEqualTo(Shape.of(0));
    assertThat(reason(features, spec("x", "float32", -1, 4))).isEqualTo(RecordReason.WRONG_SHAPE);
    assertThat(reason(features, spec("x", "float32", -1, -1))).isEqualTo(RecordReason.WRONG_SHAPE);
  }

  @Test
  void write_whatDoesNotFit_isRefusedWithItsReason() {
    assertThat(reason(Map.of(), X)).isEqualTo(RecordReason.MISSING_FIELD);
    assertThat(reason(Map.of("x", ExampleBytes.nothing()), X))
        .isEqualTo(RecordReason.MISSING_FIELD);
    assertThat(reason(Map.of("x", floats(1)), X)).isEqualTo(RecordReason.WRONG_SHAPE);
    assertThat(reason(Map.of("x", floats()), X)).isEqualTo(RecordReason.WRONG_SHAPE);
    assertThat(reason(Map.of("x", integers(1, 2)), X)).isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(reason(Map.of("n", floats(1)), spec("n", "int32")))
        .isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(reason(Map.of("n", integers(1L << 31)), spec("n", "int32")))
        .isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(reason(Map.of("n", integers(-1)), spec("n", "uint64")))
        .isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(reason(Map.of("b", integers(2)), spec("b", "bool")))
        .isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(reason(Map.of("h", floats(65520)), spec("h", "float16")))
        .isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(reason(Map.of("z", floats(1, 2)), spec("z", "complex64")))
        .isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(refusal(format, ExampleBytes.of(Map.of("x", integers(1, 2))), X))
        .hasMessage("feature 'x': expected a float_list for float32, got an int64_list");
  }

  @Test
  void write_unknownFeature_isRefusedWhereThatIsAskedFor() {
    ExampleRecordFormat strict = ExampleRecordFormat.builder().ignoreUnknownFields(false).build();
    byte[] value = ExampleBytes.of(Map.of("x", floats(1, 2), "label\n", integers(1)));

    assertThat(write(format, value, X).written("x")).hasSize(2);
    assertThat(refusal(strict, value, X))
        .hasMessage("unknown field 'label?': expected one of the inputs [x]")
        .extracting(RecordException::reason)
        .isEqualTo(RecordReason.UNKNOWN_FIELD);
    ExampleRecordFormat carrying =
        ExampleRecordFormat.builder()
            .carriedFields(List.of("label\n"))
            .ignoreUnknownFields(false)
            .build();
    assertThat(write(carrying, value, X).written("x")).hasSize(2);
  }

  @Test
  void write_noValueOrTooLarge_isRefusedFirst() {
    ExampleRecordFormat small =
        ExampleRecordFormat.builder().limits(new RecordLimits(4, 1)).build();
    assertThat(refusal(small, null, X).reason()).isEqualTo(RecordReason.NULL_RECORD);
    assertThat(refusal(small, new byte[5], X).reason()).isEqualTo(RecordReason.TOO_LARGE);
  }

  @Test
  void write_onlyInputIsAVectorOfStrings_getsTheRecordAsItIs() {
    byte[] value = ExampleBytes.of(Map.of("x", floats(1, 2)));
    TensorSpec examples = new TensorSpec("examples", ElementType.STRING, Shape.of(-1));
    String whole = new String(value, ISO_8859_1);

    assertThat(write(format, value, examples).written("examples")).containsExactly(whole);
    RecordingRow unbatched =
        new RecordingRow(new Signature("s", List.of(examples), List.of()), false);
    format.write(record(value), unbatched);
    assertThat(unbatched.shape("examples")).isEqualTo(Shape.of(1));
    assertThat(unbatched.written("examples")).containsExactly(whole);
  }

  @Test
  void write_onlyInputIsAStringAndFeaturesAreNamed_readsTheFeature() {
    ExampleRecordFormat named =
        ExampleRecordFormat.builder()
            .features("text", List.of(Feature.required("t", ElementType.STRING)))
            .build();

    RecordingRow row =
        write(named, ExampleBytes.of(Map.of("t", strings("a"))), spec("text", "string"));

    assertThat(row.written("text")).containsExactly("a");
  }

  @Test
  void write_features_fillTheVectorAndItsDefaults() {
    ExampleRecordFormat vector =
        ExampleRecordFormat.builder()
            .features(
                "x",
                List.of(
                    Feature.required("amount", ElementType.FLOAT32),
                    new Feature("count", ElementType.INT8, -1),
                    new Feature("new", ElementType.BOOL, false)))
            .build();
    TensorSpec x = spec("x", "float32", 3);

    assertThat(
            write(
                    vector,
                    ExampleBytes.of(
                        Map.of("amount", floats(2.5f), "count", integers(7), "new", integers(1))),
                    x)
                .written("x"))
        .containsExactly(2.5, 7.0, 1.0);
    assertThat(
            write(vector, ExampleBytes.of(Map.of("amount", floats(2.5f), "count", integers())), x)
                .written("x"))
        .containsExactly(2.5, -1.0, 0.0);
    assertThat(refusal(vector, ExampleBytes.of(Map.of()), x).reason())
        .isEqualTo(RecordReason.MISSING_FIELD);
    assertThat(refusal(vector, ExampleBytes.of(Map.of("amount", floats(1, 2))), x).reason())
        .isEqualTo(RecordReason.WRONG_SHAPE);
    assertThat(refusal(vector, ExampleBytes.of(Map.of("amount", integers(1))), x).reason())
        .isEqualTo(RecordReason.WRONG_TYPE);
    assertThatThrownBy(() -> ExampleRecordFormat.builder().features("x", List.of()).build())
        .hasMessageContaining("'x'");
  }

  @Test
  void write_sameNameTwice_theLastCounts() {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(ExampleBytes.of(Map.of("x", floats(1, 2, 3))));
    both.writeBytes(ExampleBytes.of(Map.of("x", floats(4, 5))));

    assertThat(write(format, both.toByteArray(), X).written("x")).containsExactly(4.0, 5.0);
  }

  @Test
  void write_unusualButValidWire_isReadAsProtobufDoes() throws Exception {
    // Value before key, floats packed and not, an unknown field of each wire type.
    byte[] list = {0x0D, 0, 0, (byte) 0x80, 0x3F, 0x0A, 4, 0, 0, 0, 0x40};
    byte[] feature = wrapped(0x12, list);
    byte[] key = {0x0A, 1, 'x'};
    byte[] unknown = {0x78, 5, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7A, 1, 9, 0x7D, 1, 2, 3, 4};
    byte[] entry = joined(wrapped(0x12, feature), key, unknown);
    byte[] value = joined(unknown, wrapped(0x0A, joined(unknown, wrapped(0x0A, entry))));

    assertThat(ExampleBytes.parse(value)).containsEntry("x", floats(1, 2));
    assertThat(write(format, value, X).written("x")).containsExactly(1.0, 2.0);
  }

  private static byte[] wrapped(int tag, byte[] message) {
    return joined(new byte[] {(byte) tag, (byte) message.length}, message);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Test
  void write_randomAndMutatedBytes_areReadAsProtobufDoesOrRefused() {
    long seed = 20261126;
    Random random = new Random(seed);
    byte[] template =
        ExampleBytes.of(
            Map.of("x", floats(1.5f, 2), "n", integers(-1, 300, 7), "s", strings("ab", "c")));
    TensorSpec[] inputs = {X, spec("n", "int64", -1), spec("s", "string", 2)};
    int accepted = 0;
    int stricter = 0;
    int refused = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] value = mutated(template, random);
      String what = "seed " + seed + ", record " + i + ": " + Arrays.toString(value);
      try {
        RecordingRow row = write(format, value, inputs);
        accepted++;
        Map<String, ExampleBytes.Values> parsed = ExampleBytes.parse(value);
        for (TensorSpec input : inputs) {
          assertThat(row.written(input.name()).toString())
              .as(what)
              .isEqualTo(valuesOf(parsed, input.name()).values().toString());
        }
      } catch (RecordException e) {
        assertThat(e.getMessage()).as(what).doesNotContain("\n");
        boolean stricterHere =
            e.getMessage().contains("wire type") || e.getMessage().contains("tenth byte");
        if (e.reason() == RecordReason.MALFORMED && !stricterHere) {
          assertThatThrownBy(() -> ExampleBytes.parse(value))
              .as(what)
              .isInstanceOf(IOException.class);
        } else if (e.reason() != RecordReason.MALFORMED) {
          refused += wasRightToRefuse(e, value, what) ? 1 : 0;
        }
      } catch (IOException e) {
        // It checks features that no input takes too, and whether names are UTF-8.
        stricter++;
      } catch (RuntimeException e) {
        fail(what, e);
      }
    }
    assertThat(accepted - stricter).isBetween(200, 9_999);
    assertThat(refused).isBetween(200, 9_999);
  }

  /** Whether protobuf can tell; that the record lacks what it was refused for, it then has to. */
  private static boolean wasRightToRefuse(RecordException e, byte[] value, String what) {
    Map<String, ExampleBytes.Values> parsed;
    try {
      parsed = ExampleBytes.parse(value);
    } catch (IOException stricter) {
      return false;
    }
    assertThat(e.reason()).as(what).isEqualTo(reasonToRefuse(parsed));
    return true;
  }

  /** Inputs are written in the order of the signature; what is missing is looked for at the end. */
  private static RecordReason reasonToRefuse(Map<String, ExampleBytes.Values> parsed) {
    ExampleBytes.Values x = valuesOf(parsed, "x");
    ExampleBytes.Values n = valuesOf(parsed, "n");
    ExampleBytes.Values s = valuesOf(parsed, "s");
    if (isSet(x) && x.kind() != Kind.FLOATS) {
      return RecordReason.WRONG_TYPE;
    } else if (isSet(x) && x.values().size() != 2) {
      return RecordReason.WRONG_SHAPE;
    } else if (isSet(n) && n.kind() != Kind.INTEGERS) {
      return RecordReason.WRONG_TYPE;
    } else if (isSet(s) && s.kind() != Kind.STRINGS) {
      return RecordReason.WRONG_TYPE;
    } else if (isSet(s) && s.values().size() != 2) {
      return RecordReason.WRONG_SHAPE;
    }
    assertThat(isSet(x) && isSet(n) && isSet(s)).as("nothing to refuse in %s", parsed).isFalse();
    return RecordReason.MISSING_FIELD;
  }

  private static ExampleBytes.Values valuesOf(
      Map<String, ExampleBytes.Values> features, String name) {
    return features.getOrDefault(name, ExampleBytes.nothing());
  }

  private static boolean isSet(ExampleBytes.Values feature) {
    return feature.kind() != Kind.NONE;
  }

  private static byte[] mutated(byte[] template, Random random) {
    if (random.nextInt(10) == 0) {
      byte[] noise = new byte[random.nextInt(40)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] value = template.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(value.length);
      switch (random.nextInt(4)) {
        case 0 -> value[at] = (byte) random.nextInt();
        case 1 -> value[at] += (byte) (random.nextInt(3) - 1);
        case 2 -> value = Arrays.copyOf(value, at + 1);
        default -> value[at] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return value;
  }
}
