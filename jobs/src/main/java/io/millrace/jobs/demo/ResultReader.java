package io.millrace.jobs.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connectors.control.ModelEventJson;
import io.millrace.connectors.kafka.MessageHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Recorder;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * An independent, read-committed reader of everything that the job writes: it books predictions and
 * dead letters in the ledger and events in the status log. Runs on a thread of its own until it is
 * told to finish and has read what is there.
 */
final class ResultReader implements Callable<Void> {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String bootstrapServers;
  private final Topics topics;
  private final Ledger ledger;
  private final StatusLog status;
  private final Recorder latency = new Recorder(3);

  private volatile int returned;
  private volatile boolean finishing;

  ResultReader(String bootstrapServers, Topics topics, Ledger ledger, StatusLog status) {
    this.bootstrapServers = bootstrapServers;
    this.topics = topics;
    this.ledger = ledger;
    this.status = status;
  }

  /** Records found so far, scored or rejected. */
  int returned() {
    return returned;
  }

  /** Latencies in microseconds since the last call of {@link Recorder#getIntervalHistogram()}. */
  Recorder latency() {
    return latency;
  }

  /**
   * Reads to the present end of the topics, then ends. To be called when nobody writes any more.
   */
  void finish() {
    finishing = true;
  }

  @Override
  public Void call() throws IOException {
    Map<String, Object> properties =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            5_000);
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : List.of(topics.output(), topics.deadLetters(), topics.status())) {
        consumer
            .partitionsFor(topic)
            .forEach(it -> partitions.add(new TopicPartition(topic, it.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!finishing) {
        poll(consumer);
      }
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(it -> consumer.position(it.getKey()) < it.getValue())) {
        poll(consumer);
      }
    }
    return null;
  }

  private void poll(KafkaConsumer<byte[], byte[]> consumer) throws IOException {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      if (record.topic().equals(topics.status())) {
        status.add(ModelEventJson.decode(record.value()));
        continue;
      }
      ledger.place(
          record.topic(),
          Integer.parseInt(header(record, MessageHeader.SOURCE_PARTITION)),
          Long.parseLong(header(record, MessageHeader.SOURCE_OFFSET)));
      int id = TransactionRecords.id(record.key());
      if (record.topic().equals(topics.output())) {
        bookScore(id, record);
      } else {
        ledger.rejected(id, header(record, MessageHeader.REASON));
      }
      returned = returned + 1; // This thread alone writes.
    }
  }

  private void bookScore(int id, ConsumerRecord<byte[], byte[]> record) throws IOException {
    JsonNode value = JSON.readTree(record.value());
    long micros = Long.parseLong(header(record, MessageHeader.LATENCY_MICROS));
    latency.recordValue(Math.max(0, micros));
    ledger.scored(
        id,
        value.path("model").path("version").intValue(),
        value.path("predictions").path(FraudModel.OUTPUT).floatValue(),
        micros,
        System.currentTimeMillis());
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    if (header == null) {
      throw new IllegalStateException(
          "a record of topic '%s' at %d/%d has no header '%s': expected what FORMATS.md says"
              .formatted(record.topic(), record.partition(), record.offset(), name));
    }
    return new String(header.value(), StandardCharsets.UTF_8);
  }
}
