package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Row;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorWriter;
import java.util.Random;

/** Values of every element type that follow from a seed, for the models that give them back. */
record TypedRow(long seed, int length) {
  static final FeatureWriter<TypedRow> WRITER = TypedRow::write;

  private void write(Row row) {
    Random random = new Random(seed);
    for (ElementType type : ElementType.values()) {
      TensorWriter x = row.input(type.toString());
      if (!x.rowShape().isFullyKnown()) {
        x.shape(length);
      }
      if (type == ElementType.STRING) {
        for (int i = 0; i < length; i++) {
          x.put(text(random));
        }
      } else {
        byte[] bytes = bytes(random, type);
        x.putRaw(bytes, 0, bytes.length);
      }
    }
  }

  void verify(Prediction prediction) {
    Random random = new Random(seed);
    for (ElementType type : ElementType.values()) {
      TensorReader y = prediction.output(type.toString());
      assertThat(y.size()).as("%s", type).isEqualTo(length);
      if (type == ElementType.STRING) {
        for (int i = 0; i < length; i++) {
          assertThat(y.getString(i)).isEqualTo(text(random));
        }
      } else {
        assertThat(y.getRaw()).as("%s", type).isEqualTo(bytes(random, type));
      }
    }
  }

  // Short enough to lie in the slot, and too long for it.
  private static String text(Random random) {
    return "elm".repeat(random.nextInt(40));
  }

  private byte[] bytes(Random random, ElementType type) {
    byte[] bytes = new byte[length * type.byteSize()];
    random.nextBytes(bytes);
    if (NumberFormat.hasInvalidBytes(type)) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 1;
      }
    }
    return bytes;
  }
}
