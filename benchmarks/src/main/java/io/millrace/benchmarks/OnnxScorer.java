package io.millrace.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;

/** ONNX Runtime's usual API with its default threads, one record a call. */
final class OnnxScorer implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  private OnnxScorer(String file) throws OrtException {
    session = environment.createSession(file);
  }

  static OnnxScorer load(String file) throws OrtException {
    return new OnnxScorer(file);
  }

  /** The first output. */
  float score(float[] values) throws OrtException {
    return scores(values)[0];
  }

  float[] scores(float[] values) throws OrtException {
    long[] shape = {1, values.length};
    try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        OrtSession.Result result = session.run(Map.of("x", input))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
