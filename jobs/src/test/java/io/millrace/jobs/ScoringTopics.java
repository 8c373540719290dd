package io.millrace.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connectors.control.CommandPublisher;
import io.millrace.connectors.control.ModelEventJson;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.model.Command;
import io.millrace.model.ModelEvent;
import io.millrace.testing.check.Await;
import io.millrace.testing.check.CheckReport;
import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.check.Observation;
import io.millrace.testing.check.RecordChecker;
import io.millrace.testing.check.SourcePosition;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The five topics of a score-topic job on a real broker, what is sent into them, and the account of
 * what comes out. Sending is for one thread, the rest for any.
 */
final class ScoringTopics implements AutoCloseable {
  static final int PARTITIONS = 4;

  /** One record in so many is no JSON. */
  private static final int MALFORMED = 100;

  private static final Pattern NUMBERED = Pattern.compile("\\{\"x\": ([0-9]+)}");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Most conditions open a consumer and read a topic, on the cores that the job needs. */
  private static final Duration POLL = Duration.ofMillis(250);

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final AtomicInteger COUNT = new AtomicInteger();

  final KafkaBroker broker;
  final Path models;
  private final String prefix;
  private final KafkaProducer<byte[], byte[]> producer;

  private final AtomicReference<@Nullable Exception> notSent = new AtomicReference<>();

  /** What the broker has acknowledged. */
  private final Set<SourcePosition> acknowledged = new TreeSet<>();

  /** Under a name of their own on the broker that tests share. */
  ScoringTopics(Path folder) throws Exception {
    this(SharedBroker.get(), "t" + COUNT.incrementAndGet() + "-", folder);
  }

  /**
   * On a broker that others use too.
   *
   * @param name of the job, and what the topics' names begin with
   */
  ScoringTopics(KafkaBroker broker, Path folder, String name) throws Exception {
    this(broker, name + "-", folder.resolve(name));
  }

  private ScoringTopics(KafkaBroker broker, String prefix, Path folder) throws Exception {
    this.broker = broker;
    this.prefix = prefix;
    models = folder.resolve("models");
    for (String topic : List.of("in", "out", "dead")) {
      broker.createTopic(topic(topic), PARTITIONS);
    }
    broker.createTopic(topic("models"), 1);
    broker.createTopic(topic("events"), 1);
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** The full name of one of the five topics. */
  String topic(String kind) {
    return prefix + kind;
  }

  /** The job's configuration file. */
  String yaml() {
    return """
        job: {name: %1$sbench}
        kafka: {bootstrap-servers: "%2$s"}
        input: {topic: %1$sin}
        output: {topic: %1$sout, transaction-timeout: 2 min, latency-header: true}
        dead-letters: {topic: %1$sdead}
        control: {topic: %1$smodels, status-topic: %1$sevents}
        model: {name: m, base: "%3$s", stable-for: 1 ms}
        batching: {max-batch-size: 32}
        checkpointing: {interval: 300 ms, timeout: 1 min}
        """
        .formatted(prefix, broker.bootstrapServers(), models);
  }

  /** A configuration for these topics; keys in {@code overrides} come on top. */
  Configuration config(Map<String, String> overrides) throws ConfigurationException {
    return YamlConfiguration.parse(yaml(), "bench", overrides);
  }

  /** A version that answers its own number. */
  Path version(long version) {
    return SavedModels.constantVersion(models.resolve(Long.toString(version)), version);
  }

  long publish(long version) throws Exception {
    try (CommandPublisher publisher =
        CommandPublisher.open(
            new KafkaClientProperties(broker.bootstrapServers(), Map.of()), topic("models"))) {
      URI uri = models.resolve(Long.toString(version)).toUri();
      return publisher.send(new Command.Publish("m", version, uri, null, 0, true, null));
    }
  }

  void send(int partition, @Nullable String value) {
    send(partition, 1_700_000_000_000L, value);
  }

  void send(int partition, long timestamp, @Nullable String value) {
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    producer.send(new ProducerRecord<>(topic("in"), partition, timestamp, null, bytes), this::sent);
  }

  private void sent(RecordMetadata metadata, @Nullable Exception failure) {
    if (failure != null) {
      notSent.compareAndSet(null, failure); // The client would swallow it.
      return;
    }
    synchronized (acknowledged) {
      acknowledged.add(
          new SourcePosition(metadata.topic(), metadata.partition(), metadata.offset()));
    }
  }

  /** Sends numbered records round robin; every hundredth is malformed. */
  void sendNumbers(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      sendNumber(i);
    }
    flush();
  }

  void sendNumber(int i) {
    boolean malformed = i % MALFORMED == MALFORMED - 1;
    send(i % PARTITIONS, malformed ? "{\"x\": " : "{\"x\": " + i + "}");
  }

  /** Waits until everything is sent; what could not be sent fails. */
  void flush() {
    producer.flush();
    Exception failure = notSent.get();
    if (failure != null) {
      throw new IllegalStateException("a record was not sent", failure);
    }
  }

  /**
   * How many records the input topic holds: those that were sent, and some twice where a broker was
   * killed before it could acknowledge them.
   */
  long inputs() {
    return CommittedTopic.countAll(broker.bootstrapServers(), topic("in"));
  }

  /** How many offsets of the output topic are taken, committed or not. */
  long outputs() {
    return CommittedTopic.countAll(broker.bootstrapServers(), topic("out"));
  }

  List<ConsumerRecord<byte[], byte[]>> read(String topic) throws IOException {
    return CommittedTopic.read(broker.bootstrapServers(), topic(topic), PATIENCE);
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

  /**
   * Sends what is not sent yet, and waits until as many outputs are committed as there are inputs.
   */
  void awaitOutputs() throws Exception {
    flush();
    long inputs = inputs();
    await(inputs + " outputs", () -> read("out").size() + read("dead").size() >= inputs);
  }

  static long versionOf(ConsumerRecord<byte[], byte[]> output) throws IOException {
    return JSON.readTree(output.value()).at("/model/version").asLong(-1);
  }

  /** The digest that the output names for each version; an output that names another one fails. */
  Map<Long, String> digests() throws IOException {
    Map<Long, String> digests = new TreeMap<>();
    CommittedTopic.read(
        broker.bootstrapServers(),
        topic("out"),
        PATIENCE,
        record -> {
          JsonNode model = JSON.readTree(record.value()).path("model");
          String digest = model.path("digest").asText();
          String before = digests.putIfAbsent(model.path("version").asLong(-1), digest);
          if (before != null && !before.equals(digest)) {
            throw new IOException(model + " in one record, " + before + " in another");
          }
        });
    return digests;
  }

  /** Where the outcome of each record lies, scored or rejected. */
  Map<SourcePosition, Observation> positions() throws IOException {
    Map<SourcePosition, Observation> positions = new HashMap<>();
    for (String topic : List.of("out", "dead")) {
      CommittedTopic.read(
          broker.bootstrapServers(),
          topic(topic),
          PATIENCE,
          record -> {
            Observation observation = Observation.of(record, null);
            positions.put(observation.source(), observation);
          });
    }
    return positions;
  }

  /** Every record of the input topic, and the number that it bears; null where it bears none. */
  private Map<SourcePosition, @Nullable Integer> sources() throws IOException {
    Map<SourcePosition, @Nullable Integer> sources = new TreeMap<>();
    CommittedTopic.read(
        broker.bootstrapServers(),
        topic("in"),
        PATIENCE,
        record -> {
          String value =
              record.value() == null ? "" : new String(record.value(), StandardCharsets.UTF_8);
          Matcher matcher = NUMBERED.matcher(value);
          sources.put(
              new SourcePosition(record.topic(), record.partition(), record.offset()),
              matcher.matches() ? Integer.valueOf(matcher.group(1)) : null);
        });
    synchronized (acknowledged) {
      if (!sources.keySet().containsAll(acknowledged)) {
        throw new IOException("the broker has lost records that it had acknowledged");
      }
    }
    return sources;
  }

  /** Everything that went in against everything that came out. */
  CheckReport check() throws IOException {
    Map<SourcePosition, @Nullable Integer> sources = sources();
    List<Observation> outputs = new ArrayList<>();
    Map<Integer, Long> latest = new HashMap<>();
    List<Observation> wrong = new ArrayList<>();
    CommittedTopic.read(
        broker.bootstrapServers(),
        topic("out"),
        PATIENCE,
        record -> {
          JsonNode output = JSON.readTree(record.value());
          long version = output.at("/model/version").asLong(-1);
          Observation observation = Observation.of(record, version);
          // The model answers its own number and the record's: the stamp must be that of what
          // really scored, the output that of this record, and no partition goes back to an older
          // version.
          Long before = latest.put(record.partition(), version);
          Integer number = sources.get(observation.source());
          if (output.at("/predictions/version").asLong(-1) != version
              || (number != null && output.at("/predictions/x").asInt(-1) != number)
              || (before != null && before > version)) {
            wrong.add(observation);
          }
          outputs.add(observation);
        });
    CommittedTopic.read(
        broker.bootstrapServers(),
        topic("dead"),
        PATIENCE,
        record -> outputs.add(Observation.of(record, null)));
    return RecordChecker.check(sources.keySet(), outputs, output -> !wrong.contains(output));
  }

  static void await(String what, Callable<Boolean> condition) throws Exception {
    Await.until(what, PATIENCE, POLL, condition);
  }

  @Override
  public void close() {
    producer.close();
  }
}
