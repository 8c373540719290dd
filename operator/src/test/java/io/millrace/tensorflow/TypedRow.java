package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Row;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorWriter;
import java.util.Random;

/** Two values of every element type that follow from a seed, for the model that gives them back. */
final class TypedRow {
  private TypedRow() {}

  static void write(long seed, Row row) {
    Random random = new Random(seed);
    for (ElementType type : ElementType.values()) {
      TensorWriter x = row.input(type.toString());
      if (type == ElementType.STRING) {
        x.put(text(random)).put(text(random));
      } else {
        byte[] bytes = bytes(random, type);
        x.putRaw(bytes, 0, bytes.length);
      }
    }
  }

  static void verify(long seed, Prediction prediction) {
    Random random = new Random(seed);
    for (ElementType type : ElementType.values()) {
      TensorReader y = prediction.output(type.toString());
      if (type == ElementType.STRING) {
        assertThat(y.getString(0)).isEqualTo(text(random));
        assertThat(y.getString(1)).isEqualTo(text(random));
      } else {
        assertThat(y.getRaw()).as("%s", type).isEqualTo(bytes(random, type));
      }
    }
  }

  // Short enough to lie in the slot, and too long for it.
  private static String text(Random random) {
    return "elm".repeat(random.nextInt(40));
  }

  private static byte[] bytes(Random random, ElementType type) {
    byte[] bytes = new byte[2 * type.byteSize()];
    random.nextBytes(bytes);
    if (NumberFormat.hasInvalidBytes(type)) {
      bytes[0] &= 1;
      bytes[1] &= 1;
    }
    return bytes;
  }
}
