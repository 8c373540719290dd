package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Batch;
import io.millrace.model.Model;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorWriter;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.internal.c_api.TF_TString;

/** Values of every element type go through TensorFlow and come back the same. */
class ElementTypesITCase {
  @TempDir private static Path directory;
  private static Model model;

  @BeforeAll
  static void load() throws Exception {
    model = Loaded.model(SavedModels.identity(directory));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Sends one row of two elements through the model. */
  private static void send(
      ElementType type, Consumer<TensorWriter> writer, Consumer<TensorReader> reader)
      throws Exception {
    FeatureWriter<Integer> features = (ignored, row) -> writer.accept(row.input("x"));
    try (Batch batch = Loaded.batch(model, model.signature(type.toString()), 3)) {
      batch.append(0, features);
      batch.append(1, features);
      batch.run(0, 2);
      reader.accept(batch.prediction(1).output("y"));
      batch.run(1, 2);
      reader.accept(batch.prediction(1).output("y"));
    }
  }

  @ParameterizedTest
  @EnumSource(value = ElementType.class, mode = EnumSource.Mode.EXCLUDE, names = "STRING")
  void raw_roundTrips(ElementType type) throws Exception {
    byte[] bytes = new byte[2 * type.byteSize()];
    new Random(7).nextBytes(bytes);
    if (NumberFormat.hasInvalidBytes(type)) {
      bytes[0] = 1;
      bytes[1] = 0;
    }
    send(
        type,
        x -> x.putRaw(bytes, 0, bytes.length),
        y -> {
          assertThat(y.getRaw()).isEqualTo(bytes);
          assertThat(y.size()).isEqualTo(2);
          assertThat(y.spec().type()).isEqualTo(type);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "INT4, -8, 7",
    "INT8, -128, 127",
    "INT16, -32768, 32767",
    "INT32, -2147483648, 2147483647",
    "INT64, -9223372036854775808, 9223372036854775807",
    "UINT4, 0, 15",
    "UINT8, 0, 255",
    "UINT16, 0, 65535",
    "UINT32, 0, 4294967295",
    "UINT64, 1, -1",
    "QINT8, -128, 127",
    "QUINT8, 0, 255",
    "QINT16, -32768, 32767",
    "QUINT16, 0, 65535",
    "QINT32, -2147483648, 2147483647"
  })
  void integers_roundTripInTheirRange(ElementType type, long least, long greatest)
      throws Exception {
    send(
        type,
        x -> x.put(least).put(greatest),
        y -> {
          assertThat(y.getLong(0)).isEqualTo(least);
          assertThat(y.getLong(1)).isEqualTo(greatest);
          double expected = type == ElementType.UINT64 ? 0x1p64 : (double) greatest;
          assertThat(y.getDouble(1)).isEqualTo(expected);
          if (type.byteSize() < 4) {
            assertThat(y.getInt(1)).isEqualTo((int) greatest);
          }
        });
    if (type.byteSize() < 8) {
      assertRefused(type, x -> x.put(greatest + 1));
      assertRefused(type, x -> x.put(least - 1));
    }
    assertRefused(type, x -> x.put(1f));
    assertRefused(type, x -> x.put("1"));
  }

  private static void assertRefused(ElementType type, Consumer<TensorWriter> writer) {
    assertThatThrownBy(() -> send(type, writer, y -> {}))
        .isInstanceOfSatisfying(
            RecordException.class, e -> assertThat(e.reason()).isEqualTo(RecordReason.WRONG_TYPE))
        .hasMessageStartingWith("input 'x': expected " + type + "[-1, 2], got ");
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void reals_roundTrip(ElementType type) throws Exception {
    send(
        type,
        x -> x.put(-1.5f).put(Double.POSITIVE_INFINITY),
        y -> {
          assertThat(y.getDouble(0)).isEqualTo(-1.5);
          assertThat(y.getDouble(1)).isInfinite();
          if (type != ElementType.FLOAT64) {
            assertThat(y.getFloat(0)).isEqualTo(-1.5f);
          }
        });
    send(
        type,
        x -> x.put(new double[] {9, 0.5, 2, 9}, 1, 2),
        y -> assertThat(y.getDouble(1)).isEqualTo(2));
    send(
        type,
        x -> x.put(new float[] {9, 0.5f, 2, 9}, 1, 2),
        y -> assertThat(y.getDouble(0)).isEqualTo(0.5));
    assertRefused(type, x -> x.put(1));
    assertRefused(type, x -> x.put(true));
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"COMPLEX64", "COMPLEX128"})
  void complexNumbers_roundTrip(ElementType type) throws Exception {
    send(
        type,
        x -> x.put(1f).put(-2.0).put(3.0).put(0.25f),
        y -> {
          assertThat(y.getReal(0)).isEqualTo(1);
          assertThat(y.getImaginary(0)).isEqualTo(-2);
          assertThat(y.getReal(1)).isEqualTo(3);
          assertThat(y.getImaginary(1)).isEqualTo(0.25);
          assertThat(y.size()).isEqualTo(2);
        });
    assertThatThrownBy(() -> send(type, x -> x.put(1f).put(2f), y -> {}))
        .hasMessage("input 'x': expected 2 elements for " + type + "[2], got 1");
  }

  @Test
  void booleans_roundTrip() throws Exception {
    send(
        ElementType.BOOL,
        x -> x.put(true).put(false),
        y -> {
          assertThat(y.getBoolean(0)).isTrue();
          assertThat(y.getBoolean(1)).isFalse();
        });
    assertRefused(ElementType.BOOL, x -> x.put(1));
    assertRefused(ElementType.BOOL, x -> x.putRaw(new byte[] {1, 2}, 0, 2));
  }

  @Test
  void bytesOfAString_areThoseOfTheNativeLibrary() {
    assertThat(Loader.sizeof(TF_TString.class)).isEqualTo(ElementBytes.STRING);
  }

  @Test
  void strings_roundTrip() throws Exception {
    send(
        ElementType.STRING,
        x -> x.put("grüß").put(new byte[] {0, -1}),
        y -> {
          assertThat(y.getString(0)).isEqualTo("grüß");
          assertThat(y.getBytes(1)).containsExactly(0, -1);
        });
    assertRefused(ElementType.STRING, x -> x.put(1));
    assertRefused(ElementType.STRING, x -> x.putRaw(new byte[1], 0, 1));
  }

  @Test
  void float8_isWrittenRawOnly() throws Exception {
    assertRefused(ElementType.FLOAT8_E5M2, x -> x.put(1f));
    send(
        ElementType.FLOAT8_E5M2,
        x -> x.putRaw(new byte[] {0x3C, 0}, 0, 2),
        y -> assertThat(y.getDouble(0)).isEqualTo(1));
  }

  @Test
  void everyTypeAtOnce_inOneCall() throws Exception {
    try (Batch batch = Loaded.batch(model, model.signature("all"), 2)) {
      batch.append(
          0,
          (ignored, row) -> {
            for (ElementType type : ElementType.values()) {
              TensorWriter x = row.input(type.toString());
              if (type == ElementType.STRING) {
                x.put("a").put("b");
              } else {
                x.putRaw(new byte[2 * type.byteSize()], 0, 2 * type.byteSize());
              }
            }
          });
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("string").getString(1)).isEqualTo("b");
      assertThat(batch.prediction(0).isFinite()).isTrue();
    }
  }

  @Test
  void getters_neverNarrow() throws Exception {
    send(
        ElementType.INT64,
        x -> x.put(1).put(2),
        y -> {
          assertThatThrownBy(() -> y.getInt(0))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("output 'y': int64[-1, 2] cannot be read as int");
          assertThatThrownBy(() -> y.getFloat(0)).isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> y.getLong(2)).isInstanceOf(IndexOutOfBoundsException.class);
        });
  }
}
