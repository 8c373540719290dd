package io.millrace.jobs.bench;

import io.millrace.tensor.Prediction;
import io.millrace.tensor.TensorReader;

/** Reads every element of every output, as a job would. For one thread. */
final class AnswerReader {
  private float[] floats = new float[0];

  /** Keeps the reads from being optimised away. */
  private double sum;

  void read(Prediction prediction) {
    int outputs = prediction.signature().outputs().size();
    for (int i = 0; i < outputs; i++) {
      read(prediction.output(i));
    }
  }

  private void read(TensorReader output) {
    int size = output.size();
    switch (output.spec().type()) {
      case FLOAT32 -> {
        if (floats.length < size) {
          floats = new float[size];
        }
        output.getFloats(floats);
        sum += size == 0 ? 0 : floats[size - 1];
      }
      case STRING -> {
        for (int i = 0; i < size; i++) {
          sum += output.getBytes(i).length;
        }
      }
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, FLOAT64, FLOAT16, BFLOAT16 -> {
        for (int i = 0; i < size; i++) {
          sum += output.getDouble(i);
        }
      }
      default -> sum += output.getRaw().length;
    }
  }
}
