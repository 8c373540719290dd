package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.flink.InferenceOptions.CommandDelivery;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command;
import io.millrace.testing.models.SavedModels;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the operator allocates on the heap, in a real job on the binary path, by the JVM's counter
 * of the task's thread.
 */
class AllocationITCase {
  private static final int INPUTS = 16;
  private static final int WARM_UP = 300_000;
  private static final int RECORDS = 100_000;
  private static final Float RESULT = 0f;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void recordPath_allocatesNothingPerRecord(RunIn runIn) throws Exception {
    String model =
        SavedModels.linear(folder.resolve("1"), new float[INPUTS], 0).toAbsolutePath().toString();
    double small = bytesPerBatch(model, 64, runIn);
    double large = bytesPerBatch(model, 512, runIn);
    // A batch costs a few objects at the native boundary, whatever the number of its records.
    assertThat((large - small) / (512 - 64)).as("bytes per record of a batch").isLessThan(0.1);
  }

  /** Joining, running and emitting, on every thread of the operator. */
  @ParameterizedTest
  @EnumSource(RunIn.class)
  void operatorOfItsOwnTask_allocatesNothingPerRecord(RunIn runIn) throws Exception {
    String model =
        SavedModels.linear(folder.resolve("1"), new float[INPUTS], 0).toAbsolutePath().toString();
    // What Flink allocates for a record that crosses a channel.
    long channel = ThreadsMeter.meter(0, null);
    long small = ThreadsMeter.meter(64, inference(model, 64, runIn));
    long large = ThreadsMeter.meter(512, inference(model, 512, runIn));
    // A thread under another name would not be counted.
    assertThat(ThreadsMeter.threads).hasSize(runIn == RunIn.THREAD ? 2 : 1);
    // What a batch costs goes by the number of batches, what a record costs does not.
    double perBatch = (small - large) / (RECORDS / 64.0 - RECORDS / 512.0);
    double perRecord = (double) (large - channel) / RECORDS - perBatch / 512;
    System.out.printf(
        "%s: %.2f bytes for each record, %.1f for each batch; the channel %.2f for each record%n",
        runIn, perRecord, perBatch, (double) channel / RECORDS);
    assertThat(perRecord).as("bytes per record of a batch").isBetween(-0.2, 0.1);
  }

  private interface Stage {
    DataStream<Float> of(DataStream<Byte> records);
  }

  private static Stage inference(String model, int batchSize, RunIn runIn) {
    byte[] record = new byte[INPUTS * Float.BYTES];
    return records ->
        Inference.on(records)
            .model("m", 1, model)
            .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
            .with(InferenceOptions.MAX_BATCH_SIZE, batchSize)
            .with(InferenceOptions.RUN_IN, runIn)
            .with(InferenceOptions.BATCH_TIMEOUT, Duration.ofMinutes(10))
            .with(InferenceOptions.COMMAND_DELIVERY, CommandDelivery.BROADCAST)
            .with(InferenceOptions.ROOTS, List.of(model))
            .commands(
                records
                    .getExecutionEnvironment()
                    .fromData(
                        CommandSerializer.typeInformation(), new Command.Retire("other", 1, 1)))
            .features(
                (value, row) -> {
                  ThreadsMeter.record();
                  row.input("x").putRaw(record, 0, record.length);
                })
            .predictions(
                (value, prediction, version) ->
                    prediction.output("y").getFloat(0) == 0 ? RESULT : null,
                Types.FLOAT)
            .predictions();
  }

  /** What all threads of an operator allocate while so many records pass. */
  private static final class ThreadsMeter {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static long[] threads = {};
    private static long records;
    private static long bytes;

    /**
     * @param stage what is metered; null for a map that does nothing
     */
    static long meter(int batchSize, @Nullable Stage stage) throws Exception {
      records = 0;
      StreamExecutionEnvironment env = FloatJobs.environment(1);
      env.getConfig().enableObjectReuse();
      DataStream<Byte> input =
          env.fromSequence(1, WARM_UP + RECORDS + 2L * batchSize)
              .map(number -> (byte) 1)
              .returns(Types.BYTE)
              .disableChaining();
      DataStream<Float> output =
          stage == null
              ? input
                  .map(
                      value -> {
                        record();
                        return RESULT;
                      })
                  .returns(Types.FLOAT)
                  .startNewChain()
              : stage.of(input);
      output.filter(result -> false).sinkTo(new DiscardingSink<>());
      env.execute();
      assertThat(records).isGreaterThanOrEqualTo(WARM_UP + RECORDS);
      return bytes;
    }

    static void record() {
      records++;
      if (records == WARM_UP) {
        threads = threadsOfOperator();
        bytes = -allocated();
      } else if (records == WARM_UP + RECORDS) {
        bytes += allocated();
      }
    }

    private static long[] threadsOfOperator() {
      return LongStream.of(THREADS.getAllThreadIds())
          .filter(
              id -> {
                ThreadInfo thread = THREADS.getThreadInfo(id);
                return id == Thread.currentThread().getId()
                    || (thread != null && thread.getThreadName().endsWith(" batches"));
              })
          .toArray();
    }

    private static long allocated() {
      return LongStream.of(threads).map(THREADS::getThreadAllocatedBytes).sum();
    }
  }

  private static double bytesPerBatch(String model, int batchSize, RunIn runIn) throws Exception {
    run(model, batchSize, runIn);
    double perBatch = (double) Meter.flushed / Meter.flushes;
    System.out.printf(
        "batch size %d: %d bytes for %d records that joined a batch, %.1f for each of %d batches%n",
        batchSize, Meter.joined, Meter.joins, perBatch, Meter.flushes);
    assertThat(Meter.joins).isGreaterThan(RECORDS / 2);
    assertThat(Meter.flushes).isGreaterThan(RECORDS / 1_000);
    assertThat(Meter.joined).isZero();
    return perBatch;
  }

  private static void run(String model, int batchSize, RunIn runIn) throws Exception {
    StreamExecutionEnvironment env = FloatJobs.environment(1);
    env.getConfig().enableObjectReuse();
    byte[] record = new byte[INPUTS * Float.BYTES];
    Meter.reset(batchSize);
    var records =
        env.fromSequence(1, WARM_UP + RECORDS)
            .flatMap(new Meter(record))
            .returns(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
    Inference.on(records)
        .model("m", 1, model)
        .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
        .with(InferenceOptions.MAX_BATCH_SIZE, batchSize)
        .with(InferenceOptions.RUN_IN, runIn)
        // Full batches only.
        .with(InferenceOptions.BATCH_TIMEOUT, Duration.ofMinutes(10))
        .recordsAreNotReused()
        .features((value, row) -> row.input("x").putRaw(value, 0, value.length))
        .predictions(
            (value, prediction, version) -> prediction.output("y").getFloat(0) == 0 ? RESULT : null,
            Types.FLOAT)
        .predictions()
        // Flink's sink would allocate for each of them.
        .filter(result -> false)
        .sinkTo(new DiscardingSink<>());
    env.execute();
  }

  /** Hands one record to the operator for each that it gets, and meters what that allocates. */
  private static final class Meter implements FlatMapFunction<Long, byte[]> {
    private static final long serialVersionUID = 1L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static int batchSize;
    private static long joins;
    private static long joined;
    private static long flushes;
    private static long flushed;

    private final byte[] record;

    Meter(byte[] record) {
      this.record = record;
    }

    static void reset(int size) {
      batchSize = size;
      joins = 0;
      joined = 0;
      flushes = 0;
      flushed = 0;
    }

    @Override
    public void flatMap(Long number, Collector<byte[]> operator) {
      long start = THREADS.getCurrentThreadAllocatedBytes();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      operator.collect(record);
      long after = THREADS.getCurrentThreadAllocatedBytes();
      // Asking for the counter allocates too.
      long bytes = after - before - (before - start);
      if (number <= WARM_UP) {
        return;
      }
      if (number % batchSize == 0) {
        flushes++;
        flushed += bytes;
      } else {
        joins++;
        joined += bytes;
      }
    }
  }
}
