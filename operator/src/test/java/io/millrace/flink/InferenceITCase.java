package io.millrace.flink;

import static io.millrace.flink.FloatJobs.X;
import static io.millrace.flink.FloatJobs.Y;
import static io.millrace.flink.FloatJobs.collect;
import static io.millrace.flink.FloatJobs.environment;
import static io.millrace.flink.FloatJobs.inference;
import static io.millrace.flink.FloatJobs.randomValues;
import static io.millrace.flink.FloatJobs.score;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.CommandDelivery;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.Command;
import io.millrace.tensor.FeatureWriter;
import io.millrace.testing.models.MaliciousModels;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The operator in a real Flink job, with real models. */
class InferenceITCase {
  private static final ThreadLocal<Boolean> MET = ThreadLocal.withInitial(() -> false);
  private static CountDownLatch BOTH_OPEN = new CountDownLatch(0);

  @TempDir Path folder;

  @Test
  void firstVersion_thatIsRefused_endsTheJobAtOnce() {
    Path model = MaliciousModels.writing(folder.resolve("1"), folder.resolve("written"));
    Configuration flink = new Configuration();
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    DataStream<Float> scored =
        inference(env.fromData(1f), model).predictions(Y, Types.FLOAT).predictions();

    assertThatThrownBy(() -> collect(scored))
        .hasStackTraceContaining("The failure is not recoverable")
        .hasStackTraceContaining("op 'WriteFile' (node 'hostile')");
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void batched_anySizeWithFailures_equalsRecordByRecord(RunIn runIn) throws Exception {
    Path model = SavedModels.failing(folder.resolve("1"));
    for (long seed = 1; seed <= 4; seed++) {
      Random random = new Random(seed);
      List<Float> values = randomValues(500, seed, random.nextDouble() * 0.2);
      List<String> expected =
          values.stream()
              .map(v -> v < 0 ? v + "!MODEL_FAILED" : v + "=" + (float) Math.sqrt(v))
              .toList();
      assertThat(score(values, model, 1, runIn)).as("seed %d", seed).isEqualTo(expected);
      int size = 2 + random.nextInt(150);
      assertThat(score(values, model, size, runIn))
          .as("seed %d, batch size %d", seed, size)
          .isEqualTo(expected);
    }
  }

  @Test
  void twoOperatorsInASlot_shareALoad_twoSlotsDoNot() throws Exception {
    Path model = SavedModels.linear(folder.resolve("1"), new float[] {1}, 0);
    long before = SharedModel.loads();
    StreamExecutionEnvironment env = environment(2);
    DataStream<Float> records = env.fromSequence(1, 1_000).map(n -> (float) n).returns(Types.FLOAT);
    DataStream<Float> first =
        inference(records, model).uid("first").predictions(Y, Types.FLOAT).predictions();
    DataStream<Float> second =
        inference(first, model).uid("second").predictions(Y, Types.FLOAT).predictions();
    assertThat(collect(second)).hasSize(1_000);
    assertThat(SharedModel.loads() - before).isEqualTo(2);
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  void stagingMemory_scoresWithoutACopyOnDisk() throws Exception {
    Path model = SavedModels.linear(folder.resolve("1"), new float[] {2}, 1);
    Configuration config = new Configuration();
    config.set(CoreOptions.TMP_DIRS, folder.resolve("tmp").toString());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
    env.setParallelism(1);
    DataStream<Float> records = env.fromData(1f, 2f);
    assertThat(
            collect(
                inference(records, model)
                    .with(InferenceOptions.STAGING, Staging.MEMORY)
                    .predictions(Y, Types.FLOAT)
                    .predictions()))
        .containsExactly(3f, 5f);
    for (String name : List.of("millrace-models-", "millrace-cache-")) {
      assertThat(folder.resolve("tmp").resolve(name + System.getProperty("user.name")))
          .doesNotExist();
    }
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  void mutableRecordsOfAChainThatReusesThem_areCopied() throws Exception {
    Path model = SavedModels.linear(folder.resolve("1"), new float[] {1}, 0);
    StreamExecutionEnvironment env = environment(1);
    env.getConfig().enableObjectReuse();
    DataStream<byte[]> records = env.fromSequence(1, 100).map(new ReusingMap());
    List<String> scored =
        collect(
            Inference.on(records)
                .model("m", 1, model.toString())
                .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
                .features((record, row) -> row.input("x").put((float) record[0]))
                .predictions(
                    (record, prediction, version) ->
                        record[0] + "=" + (int) prediction.output("y").getFloat(0),
                    Types.STRING)
                .predictions());
    assertThat(scored)
        .isEqualTo(LongStream.rangeClosed(1, 100).mapToObj(n -> n + "=" + n).toList());
  }

  /** Emits one array again and again. */
  private static final class ReusingMap implements MapFunction<Long, byte[]> {
    private static final long serialVersionUID = 1L;

    private final byte[] reused = new byte[1];

    @Override
    public byte[] map(Long number) {
      reused[0] = number.byteValue();
      return reused;
    }
  }

  @Test
  void sharingTaskManager_loadsOnceForAllSlots() throws Exception {
    Path model = SavedModels.linear(folder.resolve("1"), new float[] {1}, 0);
    long before = SharedModel.loads();
    StreamExecutionEnvironment env = environment(2);
    DataStream<Float> records = env.fromSequence(1, 1_000).map(n -> (float) n).returns(Types.FLOAT);
    BOTH_OPEN = new CountDownLatch(2);
    FeatureWriter<Float> meeting =
        (value, row) -> {
          if (!MET.get()) {
            MET.set(true);
            BOTH_OPEN.countDown();
            // Neither subtask goes on, and so none lets go of its lease, before both hold one.
            awaitBoth();
          }
          row.input("x").put(value);
        };
    assertThat(
            collect(
                inference(records, model)
                    .features(meeting)
                    .with(InferenceOptions.SHARING, Sharing.TASK_MANAGER)
                    .predictions(Y, Types.FLOAT)
                    .predictions()))
        .hasSize(1_000);
    assertThat(SharedModel.loads() - before).isEqualTo(1);
    assertThat(SharedModel.held()).isZero();
  }

  private static void awaitBoth() {
    try {
      BOTH_OPEN.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void mapFunction_scoresOneRecordACall_andSharesTheLoadOfTheSlot() throws Exception {
    Path model = SavedModels.linear(folder.resolve("1"), new float[] {3}, 1);
    long before = SharedModel.loads();
    StreamExecutionEnvironment env = environment(1);
    DataStream<Float> records = env.fromData(1f, 2f, Float.NaN, 4f);
    SavedModelMapFunction<Float, Float> function =
        SavedModelMapFunction.of("m", 1, model.toString(), X, Y);
    assertThat(
            collect(
                records
                    .map(function.rejections(rejection -> -1f))
                    .returns(Types.FLOAT)
                    .map(function)
                    .returns(Types.FLOAT)))
        .containsExactly(13f, 22f, -2f, 40f);
    assertThat(SharedModel.loads() - before).isEqualTo(1);
    assertThat(SharedModel.held()).isZero();
    assertThatThrownBy(() -> collect(records.map(function).returns(Types.FLOAT)))
        .hasStackTraceContaining("'x'");
  }

  @Test
  void unbatchedSignature_isRunARecordACall() throws Exception {
    Path model = SavedModels.unbatched(folder.resolve("1"));
    StreamExecutionEnvironment env = environment(1);
    assertThat(
            collect(
                Inference.on(env.fromData(1f, 2f, 3f))
                    .model("m", 1, model.toString())
                    .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
                    .features(
                        (value, row) -> {
                          row.input("a").put(value);
                          row.input("b").put(10f);
                        })
                    .predictions(
                        (value, prediction, version) -> prediction.output("product").getFloat(0),
                        Types.FLOAT)
                    .predictions()))
        .containsExactly(10f, 20f, 30f);
  }

  @Test
  void rowsOfDifferentShape_areBatchedWithTheirLike_inOrder() throws Exception {
    Path model = SavedModels.ragged(folder.resolve("1"));
    StreamExecutionEnvironment env = environment(1);
    List<Integer> lengths = new Random(5).ints(300, 1, 4).boxed().collect(Collectors.toList());
    assertThat(
            collect(
                Inference.on(env.fromData(Types.INT, lengths.toArray(Integer[]::new)))
                    .model("m", 1, model.toString())
                    .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
                    .features(
                        (length, row) -> {
                          var x = row.input("x").shape(length);
                          for (int i = 0; i < length; i++) {
                            x.put(2f);
                          }
                        })
                    .predictions(
                        (length, prediction, version) -> prediction.output("sum").getFloat(0),
                        Types.FLOAT)
                    .predictions()))
        .isEqualTo(lengths.stream().map(length -> 2f * length).toList());
  }

  @Test
  void missingModel_failsTheJobAndSaysWhere() {
    StreamExecutionEnvironment env = environment(1);
    assertThatThrownBy(
            () ->
                collect(
                    inference(env.fromData(1f), folder.resolve("nothing"))
                        .with(InferenceOptions.BATCH_TIMEOUT, Duration.ofMillis(1))
                        .predictions(Y, Types.FLOAT)
                        .predictions()))
        .hasStackTraceContaining("nothing");
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  void wrongOptions_areRefusedWhileTheJobIsBuilt() {
    DataStream<Float> records = environment(1).fromData(1f);
    assertThatThrownBy(
            () ->
                inference(records, folder)
                    .with(InferenceOptions.MAX_BATCH_SIZE, 0)
                    .predictions(Y, Types.FLOAT))
        .hasMessage("batching.max-batch-size is 0: expected an integer >= 1");
    assertThatThrownBy(() -> Inference.on(records).features(X).predictions(Y, Types.FLOAT))
        .hasMessageContaining("no version to score with");
    assertThatThrownBy(
            () ->
                inference(records, folder)
                    .with(InferenceOptions.INPUT_SHAPES, java.util.Map.of("x", "3 by 4"))
                    .predictions(Y, Types.FLOAT))
        .hasMessageContaining("model.input-shapes.x is '3 by 4'");
    StreamExecutionEnvironment batch = environment(1).setRuntimeMode(RuntimeExecutionMode.BATCH);
    DataStream<Command> commands =
        batch.fromData(CommandSerializer.typeInformation(), new Command.Retire("m", 1, 1));
    assertThatThrownBy(
            () ->
                inference(batch.fromData(1f), folder)
                    .with(InferenceOptions.ROOTS, List.of(folder.toString()))
                    .with(InferenceOptions.COMMAND_DELIVERY, CommandDelivery.BROADCAST)
                    .commands(commands)
                    .predictions(Y, Types.FLOAT))
        .hasMessageContainingAll("commands are given", "BATCH", "expected STREAMING");
  }

  /** A record as users have them, and a result as they want it. */
  public static class Payment {
    public String id;
    public float amount;
    public float age;

    public Payment() {}

    Payment(String id, float amount, float age) {
      this.id = id;
      this.amount = amount;
      this.age = age;
    }
  }

  public record Scored(String id, float risk) {}

  @Test
  void exampleOfTheReadme_withAPojo_scoresAsWritten() throws Exception {
    Path model = SavedModels.linear(folder.resolve("7"), new float[] {2, 1}, 0);
    DataStream<Payment> payments =
        environment(1).fromData(new Payment("a", 10, 1), new Payment("b", 20, 2));
    InferenceStreams<Payment, Scored> scored =
        Inference.on(payments)
            .model("fraud", 7, model.toString())
            .features((payment, row) -> row.input("x").put(payment.amount).put(payment.age))
            .predictions(
                (payment, prediction, version) ->
                    new Scored(payment.id, prediction.output("y").getFloat(0)),
                TypeInformation.of(Scored.class));
    assertThat(collect(scored.predictions()))
        .containsExactly(new Scored("a", 21), new Scored("b", 42));
  }

  @Test
  void metrics_countRecordsBatchesRejectionsAndTheVersion() throws Exception {
    Path model = SavedModels.failing(folder.resolve("3"));
    Configuration config = new Configuration();
    config.setString(
        "metrics.reporter.test.factory.class", CollectingReporterFactory.class.getName());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, config);
    List<Float> values = new ArrayList<>(randomValues(100, 3, 0));
    values.set(10, -1f);
    values.set(11, Float.NaN);
    collect(
        Inference.on(env.fromData(Types.FLOAT, values.toArray(Float[]::new)))
            .model("m", 3, model.toString())
            .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
            .features(X)
            .with(InferenceOptions.MAX_BATCH_SIZE, 20)
            .predictions(Y, Types.FLOAT)
            .predictions());
    assertThat(counter("num_inferences")).isEqualTo(98);
    assertThat(counter("dead_letters.MODEL_FAILED")).isEqualTo(1);
    assertThat(counter("dead_letters.NON_FINITE_INPUT")).isEqualTo(1);
    assertThat(counter("dead_letters.WRONG_TYPE")).isZero();
    assertThat(counter("flushes.size")).isPositive();
    assertThat(counter("model_switches")).isEqualTo(1);
    assertThat(counter("load_failures")).isZero();
    assertThat(gauge("ml.model.version")).isEqualTo(3L);
    assertThat((Long) gauge("model_byte_size")).isPositive();
    assertThat((Long) gauge("model_native_bytes")).isGreaterThan((Long) gauge("model_byte_size"));
    // The job has ended, and closed what it had.
    assertThat((Long) gauge("open_models_native_bytes")).isZero();
    assertThat((Long) gauge("process_resident_bytes")).isGreaterThan(1L << 26);
    assertThat(histogram("inference_request_batch_size").getStatistics().getMax()).isEqualTo(20);
    assertThat(histogram("inference_batch_latency_micro_secs").getCount()).isPositive();
    assertThat(histogram("load_model_latency_milli_secs").getCount()).isEqualTo(1);
  }

  private static long counter(String name) {
    return ((Counter) CollectingReporterFactory.METRICS.get(name)).getCount();
  }

  private static Object gauge(String name) {
    assertThat(CollectingReporterFactory.METRICS).containsKey(name);
    return ((Gauge<?>) CollectingReporterFactory.METRICS.get(name)).getValue();
  }

  private static Histogram histogram(String name) {
    return (Histogram) CollectingReporterFactory.METRICS.get(name);
  }
}
