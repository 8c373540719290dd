package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.VersionState;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A job of its own topics that scores with a model that answers what it is sent, and its version.
 *
 * @param folder with the versions in {@code models}
 * @param suffix of the topics' names
 */
record EchoJob(KafkaBroker broker, Topics topics, Path folder, String suffix) {
  static final int PARTITIONS_IN = 4;
  static final int PARTITIONS_OUT = 2;
  private static final AtomicInteger CREATED = new AtomicInteger();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** With topics of its own on the broker that tests share, and the versions 1 to 3. */
  static EchoJob create(Path folder) throws Exception {
    for (int version = 1; version <= 3; version++) {
      SavedModels.constantVersion(folder.resolve("models/" + version), version);
    }
    KafkaBroker broker = SharedBroker.get();
    Topics topics = new Topics(broker.bootstrapServers());
    String suffix = "-" + CREATED.getAndIncrement();
    broker.createTopic("in" + suffix, PARTITIONS_IN);
    broker.createTopic("out" + suffix, PARTITIONS_OUT);
    broker.createTopic("dead" + suffix, PARTITIONS_OUT);
    broker.createTopic("control" + suffix, 1);
    broker.createTopic("status" + suffix, 1);
    return new EchoJob(broker, topics, folder, suffix);
  }

  Path config() throws Exception {
    String yaml =
        """
        job: {name: score%1$s, parallelism: 2}
        kafka: {bootstrap-servers: "%2$s"}
        input: {topic: in%1$s}
        output: {topic: out%1$s, fields: [id]}
        dead-letters: {topic: dead%1$s}
        control: {topic: control%1$s, status-topic: status%1$s}
        records: {max-size: 200 b}
        model: {name: echo, base: "%3$s", version-policy: 1}
        checkpointing: {interval: 500 ms, directory: "%4$s"}
        """
            .formatted(
                suffix,
                broker.bootstrapServers(),
                folder.resolve("models"),
                folder.resolve("checkpoints" + suffix).toUri());
    return Files.writeString(folder.resolve("job" + suffix + ".yaml"), yaml);
  }

  void send(int partition, String key, String value) throws Exception {
    topics.send("in" + suffix, partition, key, value);
  }

  /** The same job with versions by event time. */
  Path configByEventTime() throws Exception {
    Path config = config();
    String text = Files.readString(config);
    return Files.writeString(
        config, text.replace("version-policy: 1", "switch-policy: event-time"));
  }

  void send(int partition, long timestamp, String key) throws Exception {
    byte[] value = "{\"x\": 1}".getBytes(StandardCharsets.UTF_8);
    topics.send("in" + suffix, partition, timestamp, key, value);
  }

  CommandLineRun publish(Path config, int version, String... more) {
    List<String> line = new ArrayList<>(List.of("model", "publish"));
    line.add(folder.resolve("models/" + version).toString());
    line.addAll(List.of("--config", config.toString()));
    line.addAll(List.of(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  static CommandLineRun score(Path config, String... more) {
    List<String> line = new ArrayList<>(List.of("score-topic", "--config", config.toString()));
    line.addAll(List.of(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  void publishFrom(Path config, int version, long timestamp) {
    CommandLineRun run =
        publish(config, version, "--effective-from", Instant.ofEpochMilli(timestamp).toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  /** Records both topics, replays the input by the timeline, and compares. */
  CommandLineRun compareWithAReplay(Path config) throws Exception {
    Path kept = Files.createDirectories(folder.resolve("recorded" + suffix));
    run("record", "--config", config.toString(), "--to", kept + "/in");
    run("record", "--config", config.toString(), "--topic", "out" + suffix, "--to", kept + "/live");
    String yaml =
        """
        job: {parallelism: 2}
        input: {paths: "%1$s/in", format: topic}
        output: {path: "%1$s/replayed", fields: [id]}
        model: {name: echo, base: "%2$s"}
        """
            .formatted(kept, folder.resolve("models"));
    Path replay = Files.writeString(kept.resolve("replay.yaml"), yaml);
    run("replay", "--config", replay.toString(), "--model-timeline");
    return CommandLineRun.of("compare", kept + "/live", kept + "/replayed");
  }

  private static void run(String... line) {
    CommandLineRun run = CommandLineRun.of(line);
    assertThat(run.exitCode()).as("%s: %s", line[0], run.err()).isZero();
  }

  static Map<String, Long> versionsByKey(List<ConsumerRecord<byte[], byte[]>> records)
      throws Exception {
    Map<String, Long> versions = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      String key = new String(record.key(), StandardCharsets.UTF_8);
      assertThat(versions.put(key, versions(List.of(record)).get(0))).isNull();
    }
    return versions;
  }

  void awaitActive(long version) throws Exception {
    for (int subtask = 0; subtask < 2; subtask++) {
      int index = subtask;
      topics.awaitEvent(
          "status" + suffix,
          event ->
              event.version() == version
                  && event.state() == VersionState.AVAILABLE
                  && event.active()
                  && event.subtask() == index);
    }
  }

  static List<Long> versions(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
    List<Long> versions = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      JsonNode value = JSON.readTree(record.value());
      assertThat(value.at("/model/version")).isEqualTo(value.at("/predictions/version"));
      versions.add(value.at("/model/version").longValue());
    }
    return versions;
  }
}
