package io.millrace.serving;

import io.millrace.model.SampleRow;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.util.Arrays;

/** A row that is made up from a signature: zeros and empty strings, unknown dimensions of 1. */
final class ZeroRow implements SampleRow {

  @Override
  public String place() {
    return "a row of zeros";
  }

  @Override
  public void write(Row row) {
    for (int i = 0; i < row.signature().inputs().size(); i++) {
      write(row.input(i), row.signature().inputs().get(i));
    }
  }

  private static void write(TensorWriter writer, TensorSpec spec) {
    long[] dimensions = writer.rowShape().dimensions();
    boolean open = false;
    for (int i = 0; i < dimensions.length; i++) {
      if (dimensions[i] == Shape.UNKNOWN) {
        dimensions[i] = 1;
        open = true;
      }
    }
    if (open) {
      writer.shape(dimensions);
    }
    long elements = Arrays.stream(dimensions).reduce(1, Math::multiplyExact);
    for (long i = 0; i < elements; i++) {
      switch (spec.type()) {
        case STRING -> writer.put("");
        case BOOL -> writer.put(false);
        case COMPLEX64, COMPLEX128 -> writer.put(0f).put(0f);
        case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> writer.put(0f);
        case FLOAT8_E5M2, FLOAT8_E4M3FN -> writer.putRaw(new byte[1], 0, 1);
        default -> writer.put(0);
      }
    }
  }
}
