package io.millrace.flink;

import static io.millrace.flink.FloatJobs.collect;
import static io.millrace.flink.FloatJobs.environment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records whose inputs have lengths of their own, in real jobs. */
class VariableLengthsITCase {
  @TempDir Path folder;
  private final List<Integer> records = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();

  /** A record is the length of its input, whose sum follows; those below 0 are refused. */
  @BeforeEach
  void make() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      // More lengths than a batch has groups, a few of them frequent.
      int length = random.nextBoolean() ? random.nextInt(4) : random.nextInt(40);
      int record = random.nextInt(50) == 0 ? -1 : length;
      records.add(record);
      expected.add(record < 0 ? "-1!NON_FINITE_INPUT" : record + "=" + sum(record));
    }
  }

  private static float sum(int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += length + i;
    }
    return sum;
  }

  private Inference<Integer> inference() {
    DataStream<Integer> stream =
        environment(1).fromData(Types.INT, records.toArray(Integer[]::new));
    return Inference.on(stream)
        .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
        .model("m", 1, SavedModels.ragged(folder.resolve("1")).toString())
        .features(
            (length, row) -> {
              float[] values = new float[Math.max(1, length)];
              for (int i = 0; i < values.length; i++) {
                values[i] = length < 0 ? Float.NaN : length + i;
              }
              int count = length < 0 ? 1 : length;
              row.input("x").shape(count).put(values, 0, count);
            });
  }

  private static List<String> score(Inference<Integer> inference) throws Exception {
    return collect(
        inference
            .predictions(
                (length, prediction, version) ->
                    length + "=" + prediction.output("sum").getFloat(0),
                rejection -> rejection.record() + "!" + rejection.reason(),
                Types.STRING)
            .predictions());
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void lengthsOfAllKinds_areScoredInTheOrderOfTheRecords(RunIn runIn) throws Exception {
    assertThat(
            score(
                inference()
                    .with(InferenceOptions.RUN_IN, runIn)
                    .with(InferenceOptions.MAX_BATCH_SIZE, 16)))
        .isEqualTo(expected);
  }

  @Test
  void lengthsOfAllKinds_padded_areScoredAlike() throws Exception {
    assertThat(
            score(
                inference()
                    .with(InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS, true)
                    .with(InferenceOptions.PAD_VALUES, Map.of("x", "0"))))
        .isEqualTo(expected);
  }

  @Test
  void padValueThatTheInputDoesNotTake_failsTheJobAtItsStart() {
    assertThatThrownBy(
            () ->
                score(
                    inference()
                        .with(InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS, true)
                        .with(InferenceOptions.PAD_VALUES, Map.of("x", "nothing"))))
        .hasStackTraceContaining(
            "batching.pad-values: input 'x': float32[-1, -1] is padded with 'nothing': expected a");
  }

  @Test
  void lengthsOfAllKinds_withAllowedSizes_areScoredAlike() throws Exception {
    assertThat(
            score(
                inference()
                    .with(InferenceOptions.MAX_BATCH_SIZE, 32)
                    .with(InferenceOptions.ALLOWED_BATCH_SIZES, List.of(4, 32))))
        .isEqualTo(expected);
  }
}
