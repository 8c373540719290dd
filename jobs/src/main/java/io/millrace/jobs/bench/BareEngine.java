package io.millrace.jobs.bench;

import io.millrace.jobs.ConfigurationException;
import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.InferenceException;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.serving.WarmUp;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.TensorFlowEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The engine without Flink: what the operator is held against. Used by one thread. */
final class BareEngine implements AutoCloseable {
  /** How long records are tried before the first turn. */
  private static final Duration TRIALS = Duration.ofSeconds(1);

  private final ModelEngine engine = TensorFlowEngine.create();
  private final Task task;
  private final Samples samples;
  private final Signature signature;
  private final WarmUp.Rows rows;
  private final Map<LoadOptions, Model> models = new HashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          runnable -> {
            Thread thread = new Thread(runnable, "millrace bench bare engine");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Loads the model once and tries the records.
   *
   * @throws ConfigurationException if a record does not fit
   * @throws IOException if the model fails on one
   */
  BareEngine(Task task, Threads first) throws ModelException, ConfigurationException, IOException {
    this.task = task;
    Model model = model(first);
    signature = model.signature(task.signature()).withInputShapes(task.shapes());
    samples = samples(task, signature);
    rows = WarmUp.run(model, signature, BatchDimension.FIND_OUT, BatchSizes.upTo(2));
    tryRecords(model);
  }

  private static Samples samples(Task task, Signature signature) throws ConfigurationException {
    return task.records() == null
        ? Samples.made(signature, task.seed())
        : Samples.read(Path.of(task.records()), task.format(), signature);
  }

  private void tryRecords(Model model) throws ModelException, ConfigurationException, IOException {
    FeatureWriter<Long> writer = samples.newWriter();
    long start = System.nanoTime();
    try (Batch batch = model.newBatch(options(1))) {
      for (long n = 0; n < samples.size(); n++) {
        append(batch, n, writer);
        if (System.nanoTime() - start < TRIALS.toNanos()) {
          run(batch, n);
        }
        batch.clear();
      }
    }
  }

  private void append(Batch batch, long n, FeatureWriter<Long> writer)
      throws ConfigurationException {
    try {
      batch.append(n, writer);
    } catch (RecordException e) {
      throw new ConfigurationException(
          "records '" + task.records() + "', record " + (n + 1) + ": " + e.getMessage(), e);
    }
  }

  private void run(Batch batch, long n) throws IOException {
    try {
      batch.run(0, 1);
    } catch (InferenceException e) {
      throw new IOException(
          "signature '"
              + signature.name()
              + "' failed on "
              + (task.records() == null ? "a made-up record" : "record " + (n + 1))
              + ": "
              + e.getMessage()
              + (task.records() == null ? "; give ones that it takes with --records FILE" : ""),
          e);
    }
  }

  Samples samples() {
    return samples;
  }

  /** Whether a call takes several records. */
  boolean takesBatches() {
    return rows.batched() && rows.sizes().max() > 1;
  }

  private BatchOptions options(int batchSize) {
    return new BatchOptions(signature, rows.batched(), batchSize, true);
  }

  private Model model(Threads setting) throws ModelException {
    LoadOptions options =
        LoadOptions.DEFAULT
            .withTags(task.tags())
            .withSignatureKey(task.signature())
            .withOpsPolicy(task.opsPolicy())
            .withThreads(setting.intraOp(), setting.interOp());
    Model known = models.get(options);
    if (known == null) {
      ModelFiles files = new ModelFiles(Path.of(task.directory()), "sha256:none", 0, () -> {});
      known = engine.load(files, options);
      models.put(options, known);
    }
    return known;
  }

  /** Nanoseconds of one call with so many records, the second one. */
  long callNanos(Cell cell) throws Exception {
    try (Batch batch = model(cell.threads()).newBatch(options(cell.batchSize()))) {
      fill(batch, samples.newWriter(), 0);
      batch.run(0, batch.rows());
      long start = System.nanoTime();
      batch.run(0, batch.rows());
      return System.nanoTime() - start;
    }
  }

  /** Records a second of append, run and read, in as many threads as the cell has subtasks. */
  double loopPerSecond(Cell cell, long nanos) throws Exception {
    return inThreads(
        cell,
        batch -> {
          FeatureWriter<Long> writer = samples.newWriter();
          AnswerReader answers = new AnswerReader();
          long records = 0;
          long start = System.nanoTime();
          long elapsed = 0;
          while (elapsed < nanos) {
            records += fill(batch, writer, records);
            batch.run(0, batch.rows());
            for (int row = 0; row < batch.rows(); row++) {
              answers.read(batch.prediction(row));
            }
            batch.clear();
            elapsed = System.nanoTime() - start;
          }
          return records * 1e9 / elapsed;
        });
  }

  /** Records a second of the call alone, on rows that are written once. */
  double callPerSecond(Cell cell, long nanos) throws Exception {
    return inThreads(
        cell,
        batch -> {
          fill(batch, samples.newWriter(), 0);
          long records = 0;
          long start = System.nanoTime();
          long elapsed = 0;
          while (elapsed < nanos) {
            batch.run(0, batch.rows());
            records += batch.rows();
            elapsed = System.nanoTime() - start;
          }
          return records * 1e9 / elapsed;
        });
  }

  /**
   * As many records as the operator runs together: until those of one shape fill the batch, or the
   * next one has no room beside the shapes at hand.
   */
  private static int fill(Batch batch, FeatureWriter<Long> writer, long first) {
    long n = first;
    while (!batch.isFull() && batch.append(n, writer)) {
      n++;
    }
    return batch.rows();
  }

  private interface Work {
    double perSecond(Batch batch) throws InferenceException;
  }

  private double inThreads(Cell cell, Work work) throws Exception {
    Model model = model(cell.threads());
    List<Batch> batches = new ArrayList<>();
    try {
      List<Callable<Double>> calls = new ArrayList<>();
      for (int i = 0; i < cell.threads().parallelism(); i++) {
        Batch batch = model.newBatch(options(cell.batchSize()));
        batches.add(batch);
        calls.add(() -> work.perSecond(batch));
      }
      double sum = 0;
      for (Future<Double> call : threads.invokeAll(calls)) {
        sum += call.get();
      }
      return sum;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "signature '" + signature.name() + "' failed: " + cause.getMessage(), cause);
    } finally {
      batches.forEach(Batch::close);
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    models.values().forEach(Model::close);
  }
}
