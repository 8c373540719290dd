package io.millrace.flink;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.FeatureWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What the tests of whole jobs over floats share. */
final class FloatJobs {
  static final FeatureWriter<Float> X = (value, row) -> row.input("x").put(value);
  static final PredictionReader<Float, Float> Y =
      (value, prediction, version) -> prediction.output("y").getFloat(0);

  private FloatJobs() {}

  static StreamExecutionEnvironment environment(int parallelism) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(parallelism);
    return env;
  }

  static Inference<Float> inference(DataStream<Float> records, Path model) {
    return Inference.on(records)
        .model("m", 1, model.toString())
        .features(X)
        .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1));
  }

  static List<Float> randomValues(int count, long seed, double negative) {
    Random random = new Random(seed);
    List<Float> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float value = random.nextInt(1_000) + 1;
      values.add(random.nextDouble() < negative ? -value : value);
    }
    return values;
  }

  /** One line a record, scored or rejected, in the order of the main output. */
  static List<String> score(List<Float> values, Path model, int batchSize, RunIn runIn)
      throws Exception {
    StreamExecutionEnvironment env = environment(1);
    return collect(
        inference(env.fromData(Types.FLOAT, values.toArray(Float[]::new)), model)
            .with(InferenceOptions.MAX_BATCH_SIZE, batchSize)
            .with(InferenceOptions.RUN_IN, runIn)
            .predictions(
                (value, prediction, version) -> value + "=" + prediction.output("y").getFloat(0),
                rejection -> rejection.record() + "!" + rejection.reason(),
                Types.STRING)
            .predictions());
  }

  static <T> List<T> collect(DataStream<T> stream) throws Exception {
    List<T> results = new ArrayList<>();
    try (var iterator = stream.executeAndCollect()) {
      iterator.forEachRemaining(results::add);
    }
    return results;
  }
}
