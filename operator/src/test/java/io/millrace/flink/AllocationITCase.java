package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.testing.models.SavedModels;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
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
