package io.millrace.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connectors.control.CommandPublisher;
import io.millrace.connectors.control.ModelEventJson;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.model.Command;
import io.millrace.model.ModelEvent;
import io.millrace.testing.check.CheckReport;
import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.check.Observation;
import io.millrace.testing.check.RecordChecker;
import io.millrace.testing.check.SourcePosition;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.KafkaBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A real broker and a Flink MiniCluster with the score-topic job between five topics. */
final class ScoringBench implements AutoCloseable {
  static final int PARTITIONS = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  final KafkaBroker broker;
  final MiniCluster cluster;
  final Path folder;
  final Path models;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Set<SourcePosition> sent = new TreeSet<>();

  ScoringBench(Path folder, int taskManagers) throws Exception {
    this.folder = folder;
    this.models = folder.resolve("models");
    broker = KafkaBroker.start(KafkaBroker.jars(), folder.resolve("kafka"));
    for (String topic : List.of("in", "out", "dead")) {
      broker.createTopic(topic, PARTITIONS);
    }
    broker.createTopic("models", 1);
    broker.createTopic("events", 1);
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(taskManagers)
                .setNumSlotsPerTaskManager(2)
                .withRandomPorts()
                .build());
    cluster.start();
  }

  /** A configuration for the bench's topics; keys in {@code overrides} come on top. */
  Configuration config(Map<String, String> overrides) throws ConfigurationException {
    String yaml =
        """
        job: {name: bench}
        kafka: {bootstrap-servers: "%s"}
        input: {topic: in}
        output: {topic: out, transaction-timeout: 2 min, latency-header: true}
        dead-letters: {topic: dead}
        control: {topic: models, status-topic: events}
        model: {name: m, base: "%s"}
        batching: {max-batch-size: 32}
        checkpointing: {interval: 300 ms, timeout: 1 min}
        """
            .formatted(broker.bootstrapServers(), models);
    return YamlConfiguration.parse(yaml, "bench", overrides);
  }

  JobID submit(Configuration config, int parallelism, String savepoint) throws Exception {
    Configuration flink = new Configuration();
    flink.setString("parallelism.default", Integer.toString(parallelism));
    flink.setString("restart-strategy.type", "fixed-delay");
    flink.setString("restart-strategy.fixed-delay.attempts", "100");
    flink.setString("restart-strategy.fixed-delay.delay", "100 ms");
    if (savepoint != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(flink);
    ScoreTopicJob.build(env, config);
    JobGraph graph = env.getStreamGraph().getJobGraph();
    if (savepoint != null) {
      graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
    }
    cluster.submitJob(graph).get();
    await("the job runs", () -> cluster.getJobStatus(graph.getJobID()).get() == JobStatus.RUNNING);
    return graph.getJobID();
  }

  String stopWithSavepoint(JobID job) throws Exception {
    return cluster
        .stopWithSavepoint(
            job,
            folder.resolve("savepoints").toUri().toString(),
            false,
            SavepointFormatType.CANONICAL)
        .get(60, TimeUnit.SECONDS);
  }

  /** A version that answers its own number. */
  Path version(long version) {
    return SavedModels.constantVersion(models.resolve(Long.toString(version)), version);
  }

  long publish(long version) throws Exception {
    try (CommandPublisher publisher =
        CommandPublisher.open(
            new KafkaClientProperties(broker.bootstrapServers(), Map.of()), "models")) {
      URI uri = models.resolve(Long.toString(version)).toUri();
      return publisher.send(new Command.Publish("m", version, uri, null, 0, true, null));
    }
  }

  void send(int partition, String value) throws Exception {
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    producer.send(
        new ProducerRecord<>("in", partition, 1_700_000_000_000L, null, bytes), this::sent);
  }

  private void sent(RecordMetadata metadata, Exception failure) {
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    synchronized (sent) {
      sent.add(new SourcePosition(metadata.topic(), metadata.partition(), metadata.offset()));
    }
  }

  /** Sends numbered records round robin; every hundredth is malformed. */
  void sendNumbers(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      send(i % PARTITIONS, i % 100 == 99 ? "{\"x\": " : "{\"x\": " + i + "}");
    }
    producer.flush();
  }

  List<ConsumerRecord<byte[], byte[]>> read(String topic) throws IOException {
    return CommittedTopic.read(broker.bootstrapServers(), topic, Duration.ofSeconds(30));
  }

  List<ModelEvent> events() throws IOException {
    return read("events").stream().map(record -> ModelEventJson.decode(record.value())).toList();
  }

  /** Waits until a version is active on so many subtasks, as the status topic tells. */
  void awaitActive(long version, int subtasks) throws Exception {
    await(
        "version " + version + " is active on " + subtasks + " subtasks",
        () -> {
          Map<Integer, Long> active = new HashMap<>();
          for (ModelEvent event : events()) {
            if (event.active() && event.reason() == null) {
              active.put(event.subtask(), event.version());
            }
          }
          return active.values().stream().filter(v -> v == version).count() == subtasks;
        });
  }

  /** Waits until as many outputs are committed as records were sent. */
  void awaitOutputs() throws Exception {
    await(sent.size() + " outputs", () -> read("out").size() + read("dead").size() >= sent.size());
  }

  static long versionOf(ConsumerRecord<byte[], byte[]> output) throws IOException {
    return JSON.readTree(output.value()).at("/model/version").asLong(-1);
  }

  /** Everything that was sent against everything that came out. */
  CheckReport check() throws IOException {
    List<Observation> outputs = new ArrayList<>();
    Map<Integer, Long> latest = new HashMap<>();
    List<Observation> backwards = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : read("out")) {
      long version = versionOf(record);
      Observation observation = Observation.of(record, version);
      long stamped = JSON.readTree(record.value()).at("/predictions/version").asLong(-1);
      // The model answers its own number: the stamp must be that of what really scored, and no
      // partition goes back to an older version.
      Long before = latest.put(record.partition(), version);
      if (stamped != version || (before != null && before > version)) {
        backwards.add(observation);
      }
      outputs.add(observation);
    }
    for (ConsumerRecord<byte[], byte[]> record : read("dead")) {
      outputs.add(Observation.of(record, null));
    }
    return RecordChecker.check(sent, outputs, output -> !backwards.contains(output));
  }

  static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within 90 s: " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
    }
  }

  @Override
  public void close() throws Exception {
    producer.close();
    cluster.close();
    broker.close();
  }
}
