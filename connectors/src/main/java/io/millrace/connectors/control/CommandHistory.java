package io.millrace.connectors.control;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.model.Command;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a control topic holds: read while a job is built, so that the job starts with the versions
 * that are active and loads no others on the way.
 *
 * <pre>{@code
 * CommandHistory history = CommandHistory.read(client, "models");
 * CommandStream later = CommandStream.of(env, client, "models", history.nextOffset());
 * }</pre>
 *
 * @param commands in the order of their offsets
 * @param refused records that are no commands
 * @param nextOffset where a reader goes on that has seen these
 */
public record CommandHistory(
    List<Command> commands, List<RefusedCommand> refused, long nextOffset) {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration STALL = Duration.ofSeconds(30);

  public CommandHistory {
    commands = List.copyOf(commands);
    refused = List.copyOf(refused);
  }

  /**
   * Reads the topic from its beginning to its present end; records of transactions that are not
   * committed are not read.
   *
   * @throws IOException if the broker does not answer within seconds, the topic does not exist, or
   *     it has several partitions; the message is one line
   */
  public static CommandHistory read(KafkaClientProperties client, String topic) throws IOException {
    KafkaConnection connection = new KafkaConnection(client);
    TopicPartition partition = ControlPartition.of(connection, topic);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            consumerProperties(connection),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      return read(consumer, partition);
    } catch (KafkaException e) {
      throw connection.failure("cannot read control topic '" + topic + "'", e);
    }
  }

  private static Properties consumerProperties(KafkaConnection connection) {
    Properties properties = connection.properties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return properties;
  }

  private static CommandHistory read(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) throws IOException {
    List<Command> commands = new ArrayList<>();
    List<RefusedCommand> refused = new ArrayList<>();
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    long position = consumer.position(partition);
    long progressNanos = System.nanoTime();
    // The position, not the last record, tells the end: compaction and transactions leave gaps.
    while (position < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
        if (record.offset() < end) {
          try {
            commands.add(CommandJson.decode(record.key(), record.value(), record.offset()));
          } catch (ModelException e) {
            refused.add(RefusedCommand.of(record.offset(), record.key(), e));
          }
        }
      }
      long before = position;
      position = consumer.position(partition);
      if (position > before) {
        progressNanos = System.nanoTime();
      } else if (System.nanoTime() - progressNanos > STALL.toNanos()) {
        throw new IOException(
            "control topic '"
                + partition.topic()
                + "' stalls at offset "
                + position
                + " of "
                + end
                + ": no record for "
                + STALL.toSeconds()
                + " s");
      }
    }
    return new CommandHistory(commands, refused, Math.max(end, 0));
  }
}
