package io.millrace.testing.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerITCase {
  @TempDir Path directory;

  @Test
  void restart_afterKill_keepsAddressAndRecords() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(KafkaBroker.jars(), directory)) {
      String address = broker.bootstrapServers();
      broker.createTopic("records", 1);
      send(broker, "a");
      broker.kill();
      broker.restart();
      assertThat(broker.bootstrapServers()).isEqualTo(address);
      send(broker, "b");
      broker.stop();
      broker.restart();
      assertThat(read(broker, 2)).containsExactly("a", "b");
      assertThatThrownBy(() -> broker.createTopic("records", 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("'records'")
          .hasRootCauseMessage("Topic 'records' already exists.");
    }
  }

  @Test
  void start_whereTheBrokerFails_endsWithItsLog() throws Exception {
    Files.writeString(directory.resolve("data"), "a file where the data folder should be");
    assertThatThrownBy(() -> KafkaBroker.start(KafkaBroker.jars(), directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("kafka-format failed with exit code")
        .hasMessageContaining(directory.resolve("data").toString());
  }

  @Test
  void open_overTheDataOfAnEarlierRun_keepsItAndTakesThePort() throws Exception {
    try (KafkaBroker broker =
        KafkaBroker.open(KafkaBroker.jars(), directory, ReservedPort.freeNumber())) {
      broker.createTopic("records", 1);
      send(broker, "a");
    }
    int port = ReservedPort.freeNumber();
    try (KafkaBroker broker = KafkaBroker.open(KafkaBroker.jars(), directory, port)) {
      assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
      send(broker, "b");
      assertThat(read(broker, 2)).containsExactly("a", "b");
      assertThatThrownBy(
              () -> KafkaBroker.open(KafkaBroker.jars(), directory, ReservedPort.freeNumber()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another broker runs on folder " + directory);
      assertThatThrownBy(
              () -> KafkaBroker.open(KafkaBroker.jars(), directory.resolve("other"), port))
          .isInstanceOf(BindException.class)
          .hasMessageContaining("port " + port + " is taken");
      broker.kill();
      assertThat(broker.awaitEnd()).isEqualTo(128 + 9);
    }
  }

  @Test
  void open_aFolderWithOtherContent_isRefusedUntouched() throws Exception {
    Files.writeString(directory.resolve("thesis.txt"), "of long ago");

    assertThatThrownBy(
            () -> KafkaBroker.open(KafkaBroker.jars(), directory, ReservedPort.freeNumber()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("folder " + directory + " is not a broker's");
    assertThat(directory.toFile().list()).containsExactly("thesis.txt");
  }

  @Test
  void parentKilled_brokerEndsToo() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + ProcessJars.PROPERTY + "=" + System.getProperty(ProcessJars.PROPERTY),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(parent.getInputStream().read()).as("the broker is up").isEqualTo('!');
      List<ProcessHandle> children = parent.toHandle().children().toList();
      assertThat(children).hasSize(1).allMatch(ProcessHandle::isAlive);
      parent.destroyForcibly();
      children.get(0).onExit().get(3, TimeUnit.MINUTES);
    } finally {
      parent.toHandle().children().forEach(ProcessHandle::destroyForcibly);
      parent.destroyForcibly();
    }
  }

  /** Starts a broker and says so. */
  static final class Parent {
    public static void main(String[] args) throws Exception {
      KafkaBroker.start(KafkaBroker.jars(), Path.of(args[0]));
      System.out.print('!');
      System.out.flush();
      Thread.currentThread().join();
    }
  }

  private static void send(KafkaBroker broker, String value) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("records", value)).get(3, TimeUnit.MINUTES);
    }
  }

  private static List<String> read(KafkaBroker broker, int count) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "auto.offset.reset", "earliest");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(new TopicPartition("records", 0)));
      List<String> values = new ArrayList<>();
      long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
      while (values.size() < count && System.nanoTime() < end) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(record.value());
        }
      }
      return values;
    }
  }
}
