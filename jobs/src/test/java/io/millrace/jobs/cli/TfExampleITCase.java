package io.millrace.jobs.cli;

import static io.millrace.testing.check.Observation.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.models.ExampleBytes;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code score-topic} over serialized {@code tf.Example} records. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TfExampleITCase {
  private static final int RECORDS = 40;

  @TempDir private static Path folder;
  private static KafkaBroker broker;
  private static Topics topics;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = SharedBroker.get();
    topics = new Topics(broker.bootstrapServers());
    topics.create("examples");
    for (int i = 0; i < RECORDS; i++) {
      topics.send("examples", 0, "" + i, example(i, 2));
    }
    topics.send("examples", 0, "cut off", new byte[] {10, 20});
    topics.send("examples", 0, "one value", example(1));
    topics.send("examples", 0, "empty", new byte[0]);
  }

  private static byte[] example(float... values) {
    return ExampleBytes.of(Map.of("x", ExampleBytes.floats(values)));
  }

  private static Path config(String name, Path model) throws Exception {
    topics.create(name + "-out");
    topics.create(name + "-dead");
    String yaml =
        """
        job: {name: %1$s, parallelism: 1}
        kafka: {bootstrap-servers: "%2$s"}
        input: {topic: examples, format: tf-example}
        output: {topic: %1$s-out, fields: [x]}
        dead-letters: {topic: %1$s-dead}
        model: {name: m, uri: "%3$s"}
        checkpointing: {interval: 500 ms}
        """
            .formatted(name, broker.bootstrapServers(), model);
    return Files.writeString(folder.resolve(name + ".yaml"), yaml);
  }

  private static JsonNode prediction(ConsumerRecord<byte[], byte[]> record) throws Exception {
    JsonNode output = new ObjectMapper().readTree(record.value());
    assertThat(output.at("/fields/x/0").doubleValue())
        .isEqualTo(Double.parseDouble(new String(record.key(), UTF_8)));
    return output.at("/predictions/y");
  }

  private static Map<String, String> reasons(List<ConsumerRecord<byte[], byte[]>> dead) {
    Map<String, String> reasons = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : dead) {
      reasons.put(new String(record.key(), UTF_8), header(record, "millrace.reason"));
    }
    return reasons;
  }

  @Test
  void scoreTopic_modelOfNumbers_isGivenTheFeatures() throws Exception {
    Path model = SavedModels.linear(folder.resolve("linear/1"), new float[] {3, 1}, 0);

    try (RunningJob job = RunningJob.start(config("parsed", model))) {
      for (ConsumerRecord<byte[], byte[]> record : topics.await("parsed-out", RECORDS)) {
        int i = Integer.parseInt(new String(record.key(), UTF_8));
        assertThat(prediction(record).get(0).doubleValue()).isEqualTo(3 * i + 2);
      }
      assertThat(reasons(topics.await("parsed-dead", 3)))
          .isEqualTo(
              Map.of("cut off", "MALFORMED", "one value", "WRONG_SHAPE", "empty", "MISSING_FIELD"));
    }
  }

  @Test
  void scoreTopic_modelThatParsesExamples_isGivenThemWhole() throws Exception {
    Path model = SavedModels.parsing(folder.resolve("parsing/1"));

    try (RunningJob job = RunningJob.start(config("whole", model))) {
      for (ConsumerRecord<byte[], byte[]> record : topics.await("whole-out", RECORDS)) {
        int i = Integer.parseInt(new String(record.key(), UTF_8));
        assertThat(prediction(record).get(0).doubleValue()).isEqualTo(i);
        assertThat(prediction(record).get(1).doubleValue()).isEqualTo(2);
      }
      assertThat(reasons(topics.await("whole-dead", 3)).values())
          .containsExactly("MODEL_FAILED", "MODEL_FAILED", "MODEL_FAILED");
    }
  }
}
