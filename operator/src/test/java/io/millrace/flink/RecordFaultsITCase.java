package io.millrace.flink;

import static io.millrace.flink.FloatJobs.Y;
import static io.millrace.flink.FloatJobs.collect;
import static io.millrace.flink.FloatJobs.environment;
import static io.millrace.flink.FloatJobs.inference;
import static io.millrace.flink.FloatJobs.randomValues;
import static io.millrace.flink.FloatJobs.score;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.flink.InferenceOptions.NonFinite;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordReason;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults 12, 13, 14 and 18 of the fault list, in a real job with real models. */
class RecordFaultsITCase {
  @TempDir Path folder;

  @Test
  void fault12_nonFiniteOutput_isEmittedOrRejectedAsTheJobSays() throws Exception {
    Path model = SavedModels.nanFor(folder.resolve("1"));
    List<Float> values = List.of(1f, -1f, 0f, (float) Math.E);
    StreamExecutionEnvironment env = environment(1);
    assertThat(
            collect(
                inference(env.fromData(Types.FLOAT, values.toArray(Float[]::new)), model)
                    .predictions(Y, Types.FLOAT)
                    .predictions()))
        .satisfiesExactly(
            y -> assertThat(y).isZero(),
            y -> assertThat(y).isNaN(),
            y -> assertThat(y).isEqualTo(Float.NEGATIVE_INFINITY),
            y -> assertThat(y).isCloseTo(1f, within(1e-6f)));
    InferenceStreams<Float, Float> strict =
        inference(env.fromData(Types.FLOAT, values.toArray(Float[]::new)), model)
            .with(InferenceOptions.NON_FINITE_OUTPUT, NonFinite.REJECT)
            .predictions(Y, Types.FLOAT);
    assertThat(collect(strict.rejections()))
        .extracting(Rejection::record, Rejection::reason)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(-1f, RecordReason.NON_FINITE_OUTPUT),
            org.assertj.core.groups.Tuple.tuple(0f, RecordReason.NON_FINITE_OUTPUT));
  }

  @Test
  void fault12_nonFiniteInput_isRejectedUnlessTheJobAllowsIt() throws Exception {
    Path model = SavedModels.linear(folder.resolve("1"), new float[] {2}, 1);
    Float[] values = {1f, Float.NaN, Float.POSITIVE_INFINITY, 3f};
    StreamExecutionEnvironment env = environment(1);
    InferenceStreams<Float, Float> strict =
        inference(env.fromData(Types.FLOAT, values), model).predictions(Y, Types.FLOAT);
    assertThat(collect(strict.rejections()))
        .extracting(Rejection::reason)
        .containsExactly(RecordReason.NON_FINITE_INPUT, RecordReason.NON_FINITE_INPUT);
    assertThat(
            collect(
                inference(env.fromData(Types.FLOAT, values), model)
                    .with(InferenceOptions.NON_FINITE_INPUT, NonFinite.ACCEPT)
                    .predictions(Y, Types.FLOAT)
                    .predictions()))
        .hasSize(4);
  }

  @Test
  void fault13_outputRowsDifferFromTheBatch_neverMisaligns() throws Exception {
    Path model = SavedModels.wrongRows(folder.resolve("1"));
    List<Float> values = randomValues(400, 13, 0.1);
    List<String> expected =
        values.stream().map(v -> v < 0 ? v + "!MODEL_FAILED" : v + "=" + v).toList();
    assertThat(score(values, model, 64, RunIn.TASK)).isEqualTo(expected);
  }

  @Test
  void fault14_wrongTypeOrShape_rejectsThatRecordAlone() throws Exception {
    Path model = SavedModels.linear(folder.resolve("1"), new float[] {1, 10}, 0);
    StreamExecutionEnvironment env = environment(1);
    DataStream<Integer> records = env.fromData(0, 1, 2, 3, 4, 5, 6);
    FeatureWriter<Integer> writer =
        (n, row) -> {
          switch (n) {
            case 1 -> row.input("x").put(1f); // one value too few
            case 2 -> row.input("x").put(1f).put(2f).put(3f); // one too many
            case 3 -> row.input("x").put("text").put(2f);
            case 4 -> row.input("z").put(1f);
            case 5 -> {} // nothing at all
            default -> row.input("x").put((float) n).put(1f);
          }
        };
    List<String> results =
        collect(
            Inference.on(records)
                .model("m", 1, model.toString())
                .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
                .features(writer)
                .predictions(
                    (n, prediction, version) -> n + "=" + prediction.output("y").getFloat(0),
                    rejection ->
                        rejection.record() + "!" + rejection.reason() + ": " + rejection.message(),
                    Types.STRING)
                .predictions());
    assertThat(results.stream().map(line -> line.replaceAll(":.*", "")))
        .containsExactly(
            "0=10.0",
            "1!WRONG_SHAPE",
            "2!WRONG_SHAPE",
            "3!WRONG_TYPE",
            "4!UNKNOWN_FIELD",
            "5!MISSING_FIELD",
            "6=16.0");
    assertThat(results.get(1)).contains("'x'").contains("float32[2], got 1");
    assertThat(results.get(4)).contains("'z'").contains("[x]");
  }

  @Test
  void fault18_tensorFlowFailsOnABatch_onlyTheBadRecordsAreRejected() throws Exception {
    Path model = SavedModels.failing(folder.resolve("1"));
    List<Float> values = new ArrayList<>(randomValues(128, 18, 0));
    values.set(77, -4f);
    List<String> results = score(values, model, 128, RunIn.TASK);
    assertThat(results).hasSize(128);
    assertThat(results.get(77)).isEqualTo("-4.0!MODEL_FAILED");
    assertThat(results.stream().filter(line -> line.contains("!"))).hasSize(1);
  }
}
