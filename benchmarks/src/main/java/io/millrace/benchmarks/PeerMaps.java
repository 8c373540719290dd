package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connectors.formats.JsonRecordFormat;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.Batch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.jspecify.annotations.Nullable;

/** What a user writes first: a map that scores each record on its own. */
final class PeerMaps {
  private PeerMaps() {}

  static float[] floats(byte[] record, int offset) {
    float[] values = new float[(record.length - offset) / Float.BYTES];
    ByteBuffer.wrap(record, offset, record.length - offset)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }

  /** TensorFlow Java in a map. */
  static final class TensorFlow extends RichMapFunction<byte[], Float> {
    private static final long serialVersionUID = 1L;

    private final String directory;
    private final int interOpThreads;
    private transient @Nullable TensorFlowScorer scorer;

    TensorFlow(String directory, int interOpThreads) {
      this.directory = directory;
      this.interOpThreads = interOpThreads;
    }

    @Override
    public void open(OpenContext context) {
      scorer = TensorFlowScorer.load(directory, interOpThreads);
    }

    @Override
    public Float map(byte[] record) {
      return Objects.requireNonNull(scorer, "not open").score(floats(record, 0));
    }

    @Override
    public void close() {
      if (scorer != null) {
        scorer.close();
      }
    }
  }

  /** ONNX Runtime in a map. */
  static final class Onnx extends RichMapFunction<byte[], Float> {
    private static final long serialVersionUID = 1L;

    private final String file;
    private transient @Nullable OnnxScorer scorer;

    Onnx(String file) {
      this.file = file;
    }

    @Override
    public void open(OpenContext context) throws Exception {
      scorer = OnnxScorer.load(file);
    }

    @Override
    public Float map(byte[] record) throws Exception {
      return Objects.requireNonNull(scorer, "not open").score(floats(record, 0));
    }

    @Override
    public void close() throws Exception {
      if (scorer != null) {
        scorer.close();
      }
    }
  }

  /**
   * As the pipeline of the Crayfish benchmark does it: a new ObjectMapper for each record, which is
   * bound to boxed floats and scored alone, and another for the answer. Unlike there, tensors are
   * closed.
   */
  static final class Crayfish extends RichMapFunction<KafkaRecord, Float> {
    private static final long serialVersionUID = 1L;

    private final String directory;
    private transient @Nullable TensorFlowScorer scorer;

    /** The record as Jackson binds it. */
    record Instance(List<Float> x) {}

    Crayfish(String directory) {
      this.directory = directory;
    }

    @Override
    public void open(OpenContext context) {
      scorer = TensorFlowScorer.load(directory, 0);
    }

    @Override
    public Float map(KafkaRecord record) throws Exception {
      List<Float> boxed = new ObjectMapper().readValue(record.value(), Instance.class).x();
      float[] values = new float[boxed.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = boxed.get(i);
      }
      float[] scores = Objects.requireNonNull(scorer, "not open").scores(values);
      byte[] answer =
          new ObjectMapper()
              .writeValueAsString(Map.of("y", scores))
              .getBytes(StandardCharsets.UTF_8);
      return answer.length > 0 ? scores[0] : Float.NaN;
    }

    @Override
    public void close() {
      if (scorer != null) {
        scorer.close();
      }
    }
  }

  /** The project's own JSON format into the rows of a batch that is never run. */
  static final class ParseOnly extends RichMapFunction<KafkaRecord, Float> {
    private static final long serialVersionUID = 1L;

    private final String directory;
    private final int rows;
    private final JsonRecordFormat format = JsonRecordFormat.builder().build();
    private transient @Nullable LoadedBatch loaded;

    ParseOnly(String directory, int rows) {
      this.directory = directory;
      this.rows = rows;
    }

    @Override
    public void open(OpenContext context) throws Exception {
      loaded = LoadedBatch.open(directory, rows);
    }

    @Override
    public Float map(KafkaRecord record) {
      Batch batch = Objects.requireNonNull(loaded, "not open").batch();
      batch.append(record, format);
      if (batch.rows() == rows) {
        batch.clear();
      }
      return 0f;
    }

    @Override
    public void close() {
      if (loaded != null) {
        loaded.close();
      }
    }
  }
}
