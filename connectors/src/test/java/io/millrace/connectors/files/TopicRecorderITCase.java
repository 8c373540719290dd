package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.files.TopicRecorder.Kept;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.testing.processes.KafkaBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TopicRecorderITCase {
  private static final long FIRST = 1_700_000_000_000L;

  /** Of each partition: ten, then a transaction that is aborted, then ten. */
  private static final int RECORDS = 20;

  private static final int ABORTED = 5;

  /** Their number, and the mark that ends their transaction. */
  private static final long END = RECORDS + ABORTED + 1;

  @TempDir private static Path folder;

  private KafkaBroker broker;
  private KafkaClientProperties client;
  private KafkaProducer<byte[], byte[]> open;

  @BeforeAll
  void produce() throws Exception {
    broker = KafkaBroker.start(KafkaBroker.jars(), folder.resolve("kafka"));
    broker.createTopic("in", 2);
    client = new KafkaClientProperties(broker.bootstrapServers(), Map.of());
    try (KafkaProducer<byte[], byte[]> plain = producer(client.toProperties());
        KafkaProducer<byte[], byte[]> aborting = transactional("aborting")) {
      send(plain, "kept", 0, RECORDS / 2);
      aborting.beginTransaction();
      send(aborting, "aborted", 0, ABORTED);
      aborting.abortTransaction();
      send(plain, "kept", RECORDS / 2, RECORDS);
    }
    open = transactional("open");
    open.beginTransaction();
    send(open, "open", 0, 3);
  }

  @AfterAll
  void stop() throws Exception {
    if (open != null) {
      open.abortTransaction();
      open.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  private KafkaProducer<byte[], byte[]> transactional(String id) {
    Properties properties = client.toProperties();
    properties.put("transactional.id", id);
    KafkaProducer<byte[], byte[]> producer = producer(properties);
    producer.initTransactions();
    return producer;
  }

  private static KafkaProducer<byte[], byte[]> producer(Properties properties) {
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, String value, int first, int end) {
    for (int i = first; i < end; i++) {
      for (int partition = 0; partition < 2; partition++) {
        byte[] key = i % 3 == 0 ? null : ("key" + i).getBytes(UTF_8);
        producer.send(
            new ProducerRecord<>("in", partition, time(i), key, (value + i).getBytes(UTF_8)));
      }
    }
    producer.flush();
  }

  private static long time(int record) {
    return FIRST + record * 1_000L;
  }

  private TopicRecorder recorder() {
    return new TopicRecorder(client, "in");
  }

  private org.apache.flink.core.fs.Path target(String name) {
    return new org.apache.flink.core.fs.Path(URI.create(folder.toUri() + name));
  }

  private void assertKept(String name, int first, int end) throws IOException {
    for (int partition = 0; partition < 2; partition++) {
      List<String> read = new ArrayList<>();
      TopicRecording.read(
          target(name + "/in-" + partition + ".avro"), record -> read.add(text(record)));
      String format = partition + " key%s %s kept%d";
      assertThat(read)
          .isEqualTo(
              IntStream.range(first, end)
                  .mapToObj(i -> format.formatted(i % 3 == 0 ? "none" : i, time(i), i))
                  .toList());
    }
    try (Stream<Path> beside = Files.list(folder)) {
      assertThat(beside.map(path -> path.getFileName().toString()))
          .noneMatch(found -> found.startsWith("_" + name));
    }
  }

  private static String text(KafkaRecord record) {
    byte[] key = record.key();
    return "%d %s %d %s"
        .formatted(
            record.partition(),
            key == null ? "keynone" : new String(key, UTF_8),
            record.timestamp(),
            new String(record.value(), UTF_8));
  }

  @Test
  void record_all_isWhatIsCommittedUpToTheFirstOpenTransaction() throws Exception {
    // What a recording left that was killed.
    Files.createDirectories(folder.resolve("_all.part/killed/half"));

    List<Kept> kept = recorder().record(null, null, target("all"));

    assertThat(kept).containsExactly(new Kept(0, 0, END, RECORDS), new Kept(1, 0, END, RECORDS));
    assertKept("all", 0, RECORDS);
  }

  @Test
  void record_betweenTwoTimes_isFromTheFirstUpToBeforeTheLast() throws Exception {
    recorder().record(Instant.ofEpochMilli(time(3) - 1), null, target("since"));
    assertKept("since", 3, RECORDS);

    recorder()
        .record(Instant.ofEpochMilli(time(3)), Instant.ofEpochMilli(time(12)), target("both/"));
    assertKept("both", 3, 12);

    // The mark of a transaction has the time at which it was written.
    Instant later = Instant.now().plus(Duration.ofDays(1));
    assertThat(recorder().record(later, null, target("later")))
        .containsExactly(new Kept(0, END, END, 0), new Kept(1, END, END, 0));
    assertKept("later", 0, 0);
  }

  @Test
  void record_topicWhoseNameMakesAFileNoData_isDataAllTheSame() throws Exception {
    broker.createTopic("_tx", 1);
    new TopicRecorder(client, "_tx").record(null, null, target("hidden"));
    assertThat(folder.resolve("hidden/tx-0.avro")).exists();
  }

  @Test
  void record_whatCannotBe_isRefusedAndLeavesNothing() throws Exception {
    Files.createDirectories(folder.resolve("there"));
    Instant time = Instant.ofEpochMilli(FIRST);

    assertThatThrownBy(() -> recorder().record(null, null, target("there")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there exists: expected a folder that is not there yet");
    assertThatThrownBy(
            () -> recorder().record(null, null, new org.apache.flink.core.fs.Path("file:///")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected a folder below another one");
    assertThatThrownBy(() -> recorder().record(time, time, target("empty")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TopicRecorder(client, "none").record(null, null, target("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no topic none");
    assertThat(folder.resolve("none")).doesNotExist();
    assertThat(folder.resolve("_none.part")).doesNotExist();
  }
}
