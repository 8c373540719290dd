package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.SavedModels.Layer;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replays of a recorded topic, with networks that round by the number of rows of a batch. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SameBytesITCase {
  private static final int PARTITIONS = 4;
  private static final int RECORDS = 600;
  private static final int WIDTH = 256;

  /** From here on, the second version is valid: for one record in two. */
  private static final long SWITCH = Topics.TIMESTAMP + 1_000;

  /** What a live job and its replay have alike. */
  private static final String SCORING =
      """
      output: {%s, fields: [id]}
      model: {name: network, base: "%s"%s}
      batching: {deterministic: true, max-batch-size: 128}
      """;

  @TempDir private Path folder;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private KafkaBroker broker;
  private Path models;

  @Test
  void replays_ofTwoVersionsAtOtherParallelismsAndSplits_equalTheLiveOutputToTheBit()
      throws Exception {
    System.out.println("seed " + seed);
    broker = SharedBroker.get();
    broker.createTopic("rounded-in", PARTITIONS);
    broker.createTopic("rounded-out", PARTITIONS);
    broker.createTopic("rounded-dead", 1);
    broker.createTopic("rounded-control", 1);
    models = folder.resolve("network");
    Path live = liveJob();
    publish(live, 1, Topics.TIMESTAMP);
    publish(live, 2, SWITCH);
    Topics topics = new Topics(broker.bootstrapServers());
    try (RunningJob job = RunningJob.start(live)) {
      // Full batches, and then ones of few records.
      send(0, RECORDS / 2);
      topics.await("rounded-out", RECORDS / 2);
      for (int i = RECORDS / 2; i < RECORDS; i += 10) {
        send(i, i + 10);
      }
      assertThat(topics.await("rounded-out", RECORDS)).hasSize(RECORDS);
    }
    run("record", "--config", live.toString(), "--to", folder + "/in");
    run("record", "--config", live.toString(), "--topic", "rounded-out", "--to", folder + "/live");

    Path replay = replay();
    assertEqual(replay, "-Djob.parallelism=1");
    assertEqual(replay, "-Djob.parallelism=3", "-Dbatching.batch-timeout=1 ms");
    assertEqual(replay, "-Djob.parallelism=3", "-Dinput.split-size=50 kb");

    CommandLineRun differing =
        compare(replay, "-Dbatching.deterministic=false", "-Dbatching.max-batch-size=1");
    System.out.println("row by row, without batching.deterministic: " + differing.err());
    assumeThat(differing.exitCode())
        .as("seed %d: this CPU rounds one row as it rounds many, and equal bytes say nothing", seed)
        .isNotZero();
    assertThat(differing.err())
        .contains("%1$d records live, %1$d in the replay: ".formatted(RECORDS));
  }

  private void publish(Path live, int version, long from) {
    Path directory = models.resolve(Integer.toString(version));
    SavedModels.layers(directory, List.of(layer(WIDTH, 200), layer(200, 3)));
    run(
        "model",
        "publish",
        directory.toString(),
        "--config",
        live.toString(),
        "--effective-from",
        Instant.ofEpochMilli(from).toString());
  }

  private Path liveJob() throws Exception {
    String yaml =
        """
        job: {name: rounded, parallelism: 2}
        kafka: {bootstrap-servers: "%s"}
        input: {topic: rounded-in}
        dead-letters: {topic: rounded-dead}
        control: {topic: rounded-control}
        checkpointing: {interval: 500 ms}
        """
            .formatted(broker.bootstrapServers());
    return Files.writeString(
        folder.resolve("live.yaml"),
        yaml + SCORING.formatted("topic: rounded-out", models, ", switch-policy: event-time"));
  }

  private Path replay() throws Exception {
    String yaml = "input: {paths: \"%s/in\", format: topic}\n".formatted(folder);
    String output = "path: \"%s/replayed\", overwrite: true".formatted(folder);
    return Files.writeString(
        folder.resolve("replay.yaml"), yaml + SCORING.formatted(output, models, ""));
  }

  private void assertEqual(Path replay, String... more) {
    CommandLineRun compared = compare(replay, more);
    assertThat(compared.out())
        .as("%s %s", List.of(more), compared.err())
        .startsWith("equal: " + RECORDS + " records");
  }

  /** Replays by the timeline and compares. */
  private CommandLineRun compare(Path replay, String... more) {
    List<String> line =
        new ArrayList<>(List.of("replay", "--config", replay.toString(), "--model-timeline"));
    line.addAll(List.of(more));
    assertThat(run(line.toArray(String[]::new)).out())
        .contains("dead=0 versions=1:%1$d,2:%1$d ".formatted(RECORDS / 2));
    return CommandLineRun.of("compare", folder + "/live", folder + "/replayed");
  }

  private static CommandLineRun run(String... line) {
    CommandLineRun run = CommandLineRun.of(line);
    assertThat(run.exitCode()).as("%s: %s", line[0], run.err()).isZero();
    return run;
  }

  /** Waits until they are stored. */
  private void send(int from, int to) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = from; i < to; i++) {
        float[] x = vector(WIDTH);
        String value = "{\"id\": %d, \"x\": %s}".formatted(i, Arrays.toString(x));
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    "rounded-in",
                    i % PARTITIONS,
                    // Both versions' records lie in every partition, and in no order.
                    i / PARTITIONS % 2 == 0 ? SWITCH - 1 - i : SWITCH + i,
                    null,
                    value.getBytes(StandardCharsets.UTF_8))));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get();
      }
    }
  }

  private Layer layer(int inputs, int outputs) {
    float[][] weights = new float[inputs][];
    for (int i = 0; i < inputs; i++) {
      weights[i] = vector(outputs);
    }
    return new Layer(weights, vector(outputs), "Sigmoid");
  }

  private float[] vector(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian() / 8;
    }
    return values;
  }
}
