package io.millrace.jobs.bench;

import io.millrace.model.ModelVersion;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Row;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The transforms before and after the model, and between them the clock. One object is both, so
 * that a subtask's two ends meet; it belongs to the task thread.
 */
final class Meter implements FeatureWriter<Long>, PredictionReader<Long, Long> {
  private static final long serialVersionUID = 1L;

  /** Reading the clock for each record would be felt in large batches. */
  private static final int STRIDE = 7;

  private static final int SMALL = 8;

  private static final int DIGITS = 2;

  /** Between the operator's transforms and the gate before it, which are chained: one thread. */
  private static final ThreadLocal<Histogram> OF_THREAD =
      ThreadLocal.withInitial(Meter::newHistogram);

  private final int batchSize;
  private final int stride;
  private transient @Nullable FeatureWriter<Long> writer;
  private transient @Nullable Histogram latency;
  private transient long[] entered = new long[0];
  private transient @Nullable AnswerReader answers;

  Meter(int batchSize) {
    this.batchSize = batchSize;
    this.stride = batchSize <= SMALL ? 1 : STRIDE;
  }

  /** Of latencies in nanoseconds. */
  static Histogram newHistogram() {
    Histogram histogram = new Histogram(DIGITS);
    histogram.setAutoResize(true);
    return histogram;
  }

  /** What this thread's meter has seen. */
  static Histogram ofThisThread() {
    return OF_THREAD.get();
  }

  @Override
  public void write(Long record, Row row) {
    FeatureWriter<Long> samples = writer;
    if (samples == null) {
      samples = open();
    }
    long n = record;
    if (n % stride == 0) {
      entered[(int) (n / stride) & (entered.length - 1)] = System.nanoTime();
    }
    samples.write(record, row);
  }

  // Transient fields are not there after the way to the task.
  private FeatureWriter<Long> open() {
    FeatureWriter<Long> samples = Pipelines.samples().newWriter();
    writer = samples;
    latency = OF_THREAD.get();
    entered = new long[2 * Integer.highestOneBit(batchSize)];
    answers = new AnswerReader();
    return samples;
  }

  @Override
  public Long read(Long record, Prediction prediction, ModelVersion version) {
    if (answers == null || latency == null) {
      throw new IllegalStateException("record " + record + " was read before it was written");
    }
    answers.read(prediction);
    long n = record;
    if (n % stride == 0) {
      latency.recordValue(System.nanoTime() - entered[(int) (n / stride) & (entered.length - 1)]);
    }
    return record;
  }
}
