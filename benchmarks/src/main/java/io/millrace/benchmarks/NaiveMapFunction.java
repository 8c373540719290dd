package io.millrace.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * What a user writes first: TensorFlow Java's usual API in a map, one record a call, default
 * threads. It closes its tensors, which many do not.
 */
final class NaiveMapFunction extends RichMapFunction<byte[], Float> {
  private static final long serialVersionUID = 1L;

  private final String directory;
  private transient @Nullable SavedModelBundle model;

  NaiveMapFunction(String directory) {
    this.directory = directory;
  }

  @Override
  public void open(OpenContext context) {
    model = SavedModelBundle.load(directory, "serve");
  }

  @Override
  public Float map(byte[] record) {
    SavedModelBundle bundle = model;
    if (bundle == null) {
      throw new IllegalStateException("not open");
    }
    float[] values = new float[record.length / Float.BYTES];
    ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    try (TFloat32 input = TFloat32.tensorOf(Shape.of(1, values.length), DataBuffers.of(values));
        Result result = bundle.function("serving_default").call(java.util.Map.of("x", input))) {
      return ((TFloat32) result.get(0)).getFloat(0, 0);
    }
  }

  @Override
  public void close() {
    SavedModelBundle bundle = model;
    model = null;
    if (bundle != null) {
      bundle.close();
    }
  }
}
