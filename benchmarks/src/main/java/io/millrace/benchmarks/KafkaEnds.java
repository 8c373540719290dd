package io.millrace.benchmarks;

import io.millrace.benchmarks.Setting.Format;
import io.millrace.connectors.formats.JsonRecordFormat;
import io.millrace.connectors.formats.RawRecordFormat;
import io.millrace.connectors.formats.RecordLimits;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.KafkaRecordDeserializer;
import io.millrace.connectors.kafka.KafkaTypes;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.connectors.kafka.OutboundSinks;
import io.millrace.testing.processes.KafkaBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A real broker in a process of its own, whose topics hold the pool again and again, and the job
 * pieces of {@code score-topic}. The first record of each partition is the first of the pool.
 */
final class KafkaEnds implements AutoCloseable {
  /** Deleted topics leave the disk soon, before the next ones fill it. */
  private static final Map<String, String> OUTPUT_SETTINGS = Map.of("file.delete.delay.ms", "1000");

  private static final int MAX_PARALLELISM = 2;

  private final KafkaBroker broker;
  private final Map<Format, Integer> records;
  private int outputs;

  private KafkaEnds(KafkaBroker broker, Map<Format, Integer> records) {
    this.broker = broker;
    this.records = Map.copyOf(records);
  }

  /**
   * @param records how many the topics of each format hold, a multiple of 128
   */
  static KafkaEnds start(Path folder, Map<Format, Integer> records)
      throws IOException, InterruptedException {
    KafkaEnds ends =
        new KafkaEnds(KafkaBroker.start(KafkaBroker.jars(), folder.resolve("kafka")), records);
    boolean filled = false;
    try {
      for (Format format : records.keySet()) {
        for (int partitions = 1; partitions <= MAX_PARALLELISM; partitions++) {
          ends.fill(format, partitions);
        }
      }
      filled = true;
      return ends;
    } finally {
      if (!filled) {
        ends.close();
      }
    }
  }

  private static String topic(Format format, int partitions) {
    return format.name().toLowerCase(Locale.ROOT) + "-" + partitions;
  }

  /** How many records a job may read. */
  int limit(Format format) {
    return records.getOrDefault(format, 0);
  }

  private void fill(Format format, int partitions) throws IOException, InterruptedException {
    String topic = topic(format, partitions);
    broker.createTopic(topic, partitions);
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "batch.size", 1 << 18);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      int each = limit(format) / partitions;
      for (int place = 0; place < each; place++) {
        for (int partition = 0; partition < partitions; partition++) {
          byte[] value = format == Format.JSON ? Records.json(place) : Records.binary(place);
          producer.send(new ProducerRecord<>(topic, partition, null, value));
        }
      }
    }
  }

  /** A new topic for what one run writes; {@link #delete} takes it away. */
  String newOutput() throws IOException, InterruptedException {
    String topic = "scored-" + outputs++;
    broker.createTopic(topic, MAX_PARALLELISM, OUTPUT_SETTINGS);
    return topic;
  }

  void delete(String topic) throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(client().toProperties())) {
      admin.deleteTopics(List.of(topic)).all().get();
    }
  }

  /** Adds a whole job, from topic to topic, that ends after so many records. */
  void addJob(StreamExecutionEnvironment env, Arm arm, Subject subject, int count, String output) {
    Setting setting = arm.setting();
    DataStream<KafkaRecord> in =
        env.fromSource(source(setting, count), WatermarkStrategy.noWatermarks(), "input topic")
            .map(new KafkaAnswers.Entrance())
            .returns(KafkaTypes.KAFKA_RECORD);
    scored(arm, in, subject, output)
        .sinkTo(OutboundSinks.atLeastOnce(client()))
        .name("output topic");
  }

  private KafkaClientProperties client() {
    return new KafkaClientProperties(broker.bootstrapServers(), Map.of());
  }

  private KafkaSource<KafkaRecord> source(Setting setting, int count) {
    String topic = topic(setting.format(), setting.parallelism());
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (int partition = 0; partition < setting.parallelism(); partition++) {
      ends.put(new TopicPartition(topic, partition), (long) count / setting.parallelism());
    }
    return KafkaSource.<KafkaRecord>builder()
        .setBootstrapServers(broker.bootstrapServers())
        .setTopics(topic)
        .setGroupId("benchmark")
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setBounded(OffsetsInitializer.offsets(ends))
        .setProperty("isolation.level", "read_committed")
        .setDeserializer(new KafkaRecordDeserializer())
        .build();
  }

  private static DataStream<OutboundRecord> scored(
      Arm arm, DataStream<KafkaRecord> in, Subject subject, String output) {
    String model = subject.savedModel();
    Check check = new Check(subject.expected());
    return switch (arm.peer()) {
      case PASS_THROUGH -> mapped(in, new KafkaAnswers.Constant(output));
      case NAIVE -> {
        PeerMaps.TensorFlow peer = new PeerMaps.TensorFlow(model, 0);
        yield mapped(in, new KafkaAnswers.Naive<>(output, peer, KafkaAnswers::value, check));
      }
      case CRAYFISH -> {
        PeerMaps.Crayfish peer = new PeerMaps.Crayfish(model);
        yield mapped(in, new KafkaAnswers.Naive<>(output, peer, record -> record, check));
      }
      case CHAINED, COORDINATED, BROADCAST ->
          Pipelines.inference(arm.peer(), in, model, arm.setting().cap())
              .features(
                  arm.setting().format() == Format.JSON
                      ? JsonRecordFormat.builder().build()
                      : new RawRecordFormat(RecordLimits.DEFAULT))
              .predictions(new KafkaAnswers.Scored(output, check), KafkaTypes.OUTBOUND_RECORD)
              .predictions();
      case NAIVE_INLINE,
          SINGLE,
          ONNX,
          DJL,
          CHAINED_BY_TIME,
          COORDINATED_BY_TIME,
          BROADCAST_BY_TIME,
          REPLAY,
          READ,
          LOOP,
          ENGINE,
          CHANNEL,
          PARSE ->
          throw new IllegalArgumentException(arm.peer().title() + ": not measured over Kafka");
    };
  }

  private static DataStream<OutboundRecord> mapped(
      DataStream<KafkaRecord> in, MapFunction<KafkaRecord, OutboundRecord> map) {
    return in.map(map).returns(KafkaTypes.OUTBOUND_RECORD);
  }

  @Override
  public void close() throws IOException {
    broker.close();
  }
}
