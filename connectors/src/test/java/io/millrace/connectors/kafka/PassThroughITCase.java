package io.millrace.connectors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** A source and an exactly-once sink with nothing but a failure between them. */
class PassThroughITCase {
  private static final int RECORDS = 4_000;
  private static final int PARTITIONS_IN = 3;
  private static final int PARTITIONS_OUT = 2;
  private static final long FIRST_TIMESTAMP = 1_700_000_000_000L;

  /** Across the restart, which happens within this JVM. */
  private static final AtomicInteger SEEN = new AtomicInteger();

  @Test
  void exactlyOnce_withAFailure_keepsEachRecordItsPlaceKeyTimeAndHeaders() throws Exception {
    KafkaBroker broker = SharedBroker.get();
    broker.createTopic("through-in", PARTITIONS_IN);
    broker.createTopic("through-out", PARTITIONS_OUT);
    KafkaClientProperties client = new KafkaClientProperties(broker.bootstrapServers(), Map.of());
    produce(client);

    JobClient job = start(client);
    List<ConsumerRecord<byte[], byte[]>> written;
    try {
      written = consume(client, RECORDS);
    } finally {
      job.cancel().get();
    }

    assertThat(SEEN.get()).as("records seen, those after the restart again").isGreaterThan(RECORDS);
    check(written);
  }

  private static void produce(KafkaClientProperties client) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            client.toProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        byte[] key = i % 5 == 0 ? null : ("key-" + i).getBytes(UTF_8);
        byte[] value = i % 7 == 0 ? null : ("value-" + i).getBytes(UTF_8);
        producer.send(
            new ProducerRecord<>("through-in", i % PARTITIONS_IN, FIRST_TIMESTAMP + i, key, value));
      }
    }
  }

  private static JobClient start(KafkaClientProperties client) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    env.enableCheckpointing(300);
    KafkaSource<KafkaRecord> source =
        KafkaSource.<KafkaRecord>builder()
            .setBootstrapServers(client.bootstrapServers())
            .setTopics("through-in")
            .setGroupId("pass-through")
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new KafkaRecordDeserializer())
            .build();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "through-in")
        .map(new FailOnce())
        .sinkTo(OutboundSinks.exactlyOnce(client, "pass-through", Duration.ofMinutes(5)));
    return env.executeAsync("pass-through");
  }

  private static final class FailOnce implements MapFunction<KafkaRecord, OutboundRecord> {
    private static final long serialVersionUID = 1L;

    @Override
    public OutboundRecord map(KafkaRecord record) {
      if (SEEN.incrementAndGet() == RECORDS / 2) {
        throw new IllegalStateException("the failure of this test");
      }
      return new OutboundRecord(
          "through-out",
          record.partition(),
          record.timestamp(),
          record.key(),
          record.value(),
          List.of(
              MessageHeader.of(MessageHeader.SOURCE_PARTITION, record.partition()),
              MessageHeader.of(MessageHeader.SOURCE_OFFSET, record.offset())));
    }
  }

  /** Reads until so many records have come, and a little longer for any that come twice. */
  private static List<ConsumerRecord<byte[], byte[]>> consume(
      KafkaClientProperties client, int count) {
    Properties properties = client.toProperties();
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int i = 0; i < PARTITIONS_OUT; i++) {
        partitions.add(new TopicPartition("through-out", i));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadlineNanos = System.nanoTime() + Duration.ofMinutes(3).toNanos();
      while (records.size() < count && System.nanoTime() < deadlineNanos) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      consumer.poll(Duration.ofSeconds(2)).forEach(records::add);
    }
    return records;
  }

  private static void check(List<ConsumerRecord<byte[], byte[]>> written) {
    Set<Integer> distinct = new HashSet<>();
    long[] lastOffset = {-1, -1, -1};
    for (ConsumerRecord<byte[], byte[]> record : written) {
      int partition = (int) number(record, MessageHeader.SOURCE_PARTITION);
      long offset = number(record, MessageHeader.SOURCE_OFFSET);
      int i = (int) offset * PARTITIONS_IN + partition;
      distinct.add(i);
      assertThat(record.partition()).isEqualTo(partition % PARTITIONS_OUT);
      assertThat(offset)
          .as("order of source partition %s", partition)
          .isGreaterThan(lastOffset[partition]);
      lastOffset[partition] = offset;
      assertThat(record.timestamp()).isEqualTo(FIRST_TIMESTAMP + i);
      assertThat(record.key()).isEqualTo(i % 5 == 0 ? null : ("key-" + i).getBytes(UTF_8));
      assertThat(record.value()).isEqualTo(i % 7 == 0 ? null : ("value-" + i).getBytes(UTF_8));
    }
    assertThat(written).hasSize(RECORDS);
    assertThat(distinct).hasSize(RECORDS);
  }

  private static long number(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return Long.parseLong(new String(header.value(), UTF_8));
  }
}
