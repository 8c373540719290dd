package io.millrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.flink.CommandSerializer;
import io.millrace.flink.Inference;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.SavedModelMapFunction;
import io.millrace.model.Command;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.FeatureWriter;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.SavedModels.Layer;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The naive map against Millrace on the network of the Crayfish benchmark (784 floats, four dense
 * layers, 10 classes), binary records in memory, parallelism 1, object reuse. Arms take turns
 * within one JVM; what is reported is the median over the rounds of each arm's ratio to the naive
 * map of the same round.
 *
 * <pre>{@code
 * mvn -q -Pbench verify
 * }</pre>
 */
public final class BatchingBenchmark {
  private static final int INPUTS = 784;
  private static final int ROUNDS = 5;
  private static final int NAIVE_RECORDS = 40_000;
  private static final int BATCHED_RECORDS = 1_500_000;
  private static final double ANCHOR_SPREAD = 0.15;

  private static final LongAdder SEEN = new LongAdder();
  private static final DoubleAdder SUM = new DoubleAdder();

  private static final FeatureWriter<byte[]> WRITER =
      (record, row) -> row.input("x").putRaw(record, 0, record.length);
  private static final PredictionReader<byte[], Float> READER =
      (record, prediction, version) -> prediction.output("y").getFloat(0);

  /** One way to score; {@code records} bounds the run so that each takes a few seconds. */
  private record Arm(String name, int records, Scorer scorer) {}

  private interface Scorer {
    DataStream<Float> score(StreamExecutionEnvironment env, DataStream<byte[]> records);
  }

  private record Sample(double recordsPerSecond, double cpuMicros, double meanScore) {}

  private BatchingBenchmark() {}

  public static void main(String[] args) throws Exception {
    boolean quick = Arrays.asList(args).contains("--quick");
    Path base = Files.createTempDirectory("millrace-benchmark");
    String model = network(base.resolve("1")).toString();
    Map<Arm, List<Sample>> samples = new LinkedHashMap<>();
    for (Arm arm : arms(model, quick ? 4 : 1)) {
      run(arm);
      samples.put(arm, new ArrayList<>());
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (Map.Entry<Arm, List<Sample>> entry : samples.entrySet()) {
        entry.getValue().add(run(entry.getKey()));
      }
    }
    System.exit(report(System.out, samples) ? 0 : 1);
  }

  private static List<Arm> arms(String model, int divisor) {
    int few = NAIVE_RECORDS / divisor;
    int many = BATCHED_RECORDS / divisor;
    return List.of(
        new Arm(
            "naive map",
            few,
            (env, in) -> in.map(new NaiveMapFunction(model)).returns(Types.FLOAT)),
        new Arm(
            "SavedModelMapFunction",
            few * 4,
            (env, in) ->
                in.map(SavedModelMapFunction.of("m", 1, model, WRITER, READER))
                    .returns(Types.FLOAT)),
        new Arm("Millrace, batch 8", many / 4, (env, in) -> batched(in, model, 8)),
        new Arm("Millrace, batch 32", many / 2, (env, in) -> batched(in, model, 32)),
        new Arm("Millrace, batch 128", many, (env, in) -> batched(in, model, 128)),
        new Arm("Millrace, batch 512", many, (env, in) -> batched(in, model, 512)),
        new Arm(
            "Millrace, batch 128, two inputs",
            many / 2,
            (env, in) ->
                inference(in, model, 128)
                    .with(InferenceOptions.ROOTS, List.of(model))
                    .commands(
                        env.fromData(
                            CommandSerializer.typeInformation(), new Command.Retire("other", 1, 1)))
                    .predictions(READER, Types.FLOAT)
                    .predictions()));
  }

  private static DataStream<Float> batched(DataStream<byte[]> in, String model, int size) {
    return inference(in, model, size).predictions(READER, Types.FLOAT).predictions();
  }

  private static Inference<byte[]> inference(DataStream<byte[]> in, String model, int size) {
    return Inference.on(in)
        .model("m", 1, model)
        .with(InferenceOptions.MAX_BATCH_SIZE, size)
        .features(WRITER);
  }

  private static Path network(Path directory) {
    Random random = new Random(7);
    int[] widths = {INPUTS, 32, 32, 32, 10};
    List<Layer> layers = new ArrayList<>();
    for (int i = 1; i < widths.length; i++) {
      float[][] weights = new float[widths[i - 1]][widths[i]];
      for (float[] row : weights) {
        for (int j = 0; j < row.length; j++) {
          row[j] = (float) (random.nextGaussian() / Math.sqrt(widths[i - 1]));
        }
      }
      layers.add(
          new Layer(weights, new float[widths[i]], i == widths.length - 1 ? "Softmax" : "Relu"));
    }
    return SavedModels.layers(directory, layers);
  }

  private static Sample run(Arm arm) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    env.getConfig().enableObjectReuse();
    byte[][] pool = records();
    DataStream<byte[]> records =
        env.fromSequence(0, arm.records() - 1L)
            .map(n -> pool[(int) (n & 63)])
            .returns(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
    SEEN.reset();
    SUM.reset();
    arm.scorer()
        .score(env, records)
        .map(
            score -> {
              SEEN.increment();
              SUM.add(score);
              return score;
            })
        .returns(Types.FLOAT)
        .sinkTo(new DiscardingSink<>());
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long cpu = system.getProcessCpuTime();
    long millis = env.execute(arm.name()).getNetRuntime();
    long seen = SEEN.sum();
    if (seen != arm.records()) {
      throw new IllegalStateException(arm.name() + " answered " + seen + " of " + arm.records());
    }
    return new Sample(
        seen * 1e3 / millis, (system.getProcessCpuTime() - cpu) / 1e3 / seen, SUM.sum() / seen);
  }

  private static byte[][] records() {
    Random random = new Random(11);
    byte[][] pool = new byte[64][INPUTS * Float.BYTES];
    for (byte[] record : pool) {
      ByteBuffer buffer = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < INPUTS; i++) {
        buffer.putFloat(random.nextFloat());
      }
    }
    return pool;
  }

  private static boolean report(PrintStream out, Map<Arm, List<Sample>> samples) {
    List<Sample> anchor = samples.values().iterator().next();
    double spread = spread(anchor.stream().mapToDouble(Sample::recordsPerSecond).toArray());
    out.printf(
        Locale.ROOT,
        "%n%-34s %12s %10s %22s %12s%n",
        "FFNN 784-32-32-32-10",
        "records/s",
        "CPU us",
        "x naive (min..max)",
        "x naive CPU");
    for (Map.Entry<Arm, List<Sample>> entry : samples.entrySet()) {
      print(out, entry.getKey().name(), entry.getValue(), anchor);
    }
    boolean same =
        samples.values().stream()
            .flatMap(List::stream)
            .allMatch(s -> Math.abs(s.meanScore() - anchor.get(0).meanScore()) < 1e-5);
    out.printf(
        Locale.ROOT,
        "outputs of all arms %s; naive map varies by %.0f%% over the rounds%n",
        same ? "agree" : "DIFFER",
        spread * 100);
    if (spread > ANCHOR_SPREAD) {
      out.println(
          "REFUSED: the machine is too uneven for these ratios; run again when it is quiet");
    }
    return same && spread <= ANCHOR_SPREAD;
  }

  private static void print(
      PrintStream out, String name, List<Sample> samples, List<Sample> anchor) {
    double[] wall = new double[samples.size()];
    double[] cpu = new double[samples.size()];
    for (int i = 0; i < wall.length; i++) {
      wall[i] = samples.get(i).recordsPerSecond() / anchor.get(i).recordsPerSecond();
      cpu[i] = anchor.get(i).cpuMicros() / samples.get(i).cpuMicros();
    }
    out.printf(
        Locale.ROOT,
        "%-34s %,12.0f %10.2f %6.1f (%5.1f..%5.1f) %12.1f%n",
        name,
        median(samples.stream().mapToDouble(Sample::recordsPerSecond).toArray()),
        median(samples.stream().mapToDouble(Sample::cpuMicros).toArray()),
        median(wall),
        Arrays.stream(wall).min().orElseThrow(),
        Arrays.stream(wall).max().orElseThrow(),
        median(cpu));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double spread(double[] values) {
    double median = median(values);
    return (Arrays.stream(values).max().orElseThrow() - Arrays.stream(values).min().orElseThrow())
        / median
        / 2;
  }
}
