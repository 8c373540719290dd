package io.millrace.jobs.bench;

import io.millrace.flink.Inference;
import io.millrace.flink.InferenceOptions;
import io.millrace.jobs.LocalFlink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The real operator in a Flink inside this JVM: one job with a pipeline for each cell, of which one
 * runs at a time while the others stand at their gates. A job for each turn would spend most of the
 * time on starting and on loading the model.
 *
 * <p>One at a time in a JVM: the tasks find gates and samples in static fields.
 */
final class Pipelines implements AutoCloseable {
  private static final String MODEL = "bench";

  /** Batches leave when they are full; the turn would otherwise measure the timeout. */
  private static final Duration NO_TIMEOUT = Duration.ofHours(1);

  private static volatile @Nullable List<Gate> runningGates;
  private static volatile @Nullable Samples runningSamples;

  private final LocalFlink flink;
  private final List<Gate> gates;
  private final CpuClock cpu = new CpuClock();

  private Pipelines(LocalFlink flink, List<Gate> gates) {
    this.flink = flink;
    this.gates = gates;
  }

  /**
   * Starts the job and waits until every subtask has loaded and warmed up the model.
   *
   * @throws IOException if the job fails, with the cause
   */
  static Pipelines start(Task task, List<Cell> cells, Samples samples) throws Exception {
    runningSamples = samples;
    List<Gate> gates = new ArrayList<>();
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.BIND_PORT, "0");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    environment.getConfig().enableObjectReuse();
    int slots = 1;
    for (Cell cell : cells) {
      int parallelism = cell.threads().parallelism();
      slots = Math.max(slots, parallelism);
      environment.setParallelism(parallelism);
      add(environment, task, cell, gates.size());
      gates.add(new Gate(parallelism));
    }
    runningGates = gates;
    Pipelines started = new Pipelines(LocalFlink.start(configuration, slots), gates);
    boolean ready = false;
    try {
      started.flink.submit(environment.getStreamGraph());
      for (Gate gate : gates) {
        gate.awaitAll(started::checkRunning);
      }
      ready = true;
      return started;
    } finally {
      if (!ready) {
        started.close();
      }
    }
  }

  private static void add(StreamExecutionEnvironment environment, Task task, Cell cell, int index) {
    DataStream<Long> records =
        environment
            .fromSequence(0, Long.MAX_VALUE - 1)
            .map(new TurnTaker(index, cell.batchSize()))
            .returns(Types.LONG);
    Inference<Long> inference =
        Inference.on(records)
            .model(MODEL, 1, task.directory())
            .configure(options(task, cell))
            .uid("bench-" + index);
    Meter meter = new Meter(cell.batchSize());
    inference
        .features(meter)
        .predictions(
            meter,
            rejection -> {
              throw new FlinkRuntimeException(rejection.reason() + ": " + rejection.message());
            },
            Types.LONG)
        .predictions()
        .sinkTo(new DiscardingSink<>());
  }

  private static Configuration options(Task task, Cell cell) {
    Map<String, String> shapes = new HashMap<>();
    task.shapes().forEach((input, shape) -> shapes.put(input, shape.toString()));
    Configuration options = new Configuration();
    options.set(InferenceOptions.SIGNATURE_KEY, task.signature());
    options.set(InferenceOptions.OPS_POLICY, task.opsPolicy());
    options.set(InferenceOptions.INPUT_SHAPES, shapes);
    options.set(InferenceOptions.MAX_BATCH_SIZE, cell.batchSize());
    options.set(InferenceOptions.BATCH_TIMEOUT, NO_TIMEOUT);
    options.set(InferenceOptions.INTRA_OP_PARALLELISM, cell.threads().intraOp());
    options.set(InferenceOptions.INTER_OP_PARALLELISM, cell.threads().interOp());
    if (task.tags() != null) {
      options.set(InferenceOptions.TAGS, task.tags());
    }
    return options;
  }

  private void checkRunning() throws IOException {
    try {
      flink.checkRunning();
    } catch (ExecutionException e) {
      throw new IOException("Flink does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the job ran", e);
    }
  }

  /**
   * Lets one cell run.
   *
   * @return the operator's part of the turn; the bare engine's are zero
   */
  Turn run(int index, long nanos) throws InterruptedException, IOException {
    Gate gate = gates.get(index);
    long before = cpu.nanos();
    gate.run(nanos, this::checkRunning);
    double cpuMicros = Math.max(0, cpu.nanos() - before) / 1e3;
    return new Turn(
        gate.perSecond(),
        cpuMicros / gate.records(),
        gate.latencyMicros(50),
        gate.latencyMicros(99),
        0,
        0);
  }

  static Samples samples() {
    return Objects.requireNonNull(runningSamples, "no pipelines were started");
  }

  @Override
  public void close() throws Exception {
    flink.close();
  }

  /** Lets records through during the turns of its cell, whole batches of them. */
  private static final class TurnTaker implements MapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    private final int index;
    private final int batchSize;
    private transient int left;
    private transient long records;
    private transient long started;
    private transient long nanos;

    TurnTaker(int index, int batchSize) {
      this.index = index;
      this.batchSize = batchSize;
    }

    @Override
    public Long map(Long record) throws InterruptedException {
      if (left == 0) {
        left = nextBatch();
      }
      left--;
      return record;
    }

    // The operator is chained behind: the batch before has been run and emitted.
    private int nextBatch() throws InterruptedException {
      long elapsed = System.nanoTime() - started;
      if (records == 0 || elapsed >= nanos) {
        Gate gate = Objects.requireNonNull(runningGates, "no pipelines were started").get(index);
        if (records > 0) {
          gate.report(records, elapsed, Meter.ofThisThread());
        }
        Meter.ofThisThread().reset();
        records = 0;
        nanos = gate.await();
        started = System.nanoTime();
      }
      records += batchSize;
      return batchSize;
    }
  }
}
