package io.millrace.connectors.control;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.model.Command;
import java.io.IOException;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends commands to a control topic and waits until they are stored. Thread-safe; close it.
 *
 * <pre>{@code
 * try (CommandPublisher publisher = CommandPublisher.open(client, "models")) {
 *   long offset = publisher.send(command);
 * }
 * }</pre>
 */
public final class CommandPublisher implements AutoCloseable {
  private final KafkaConnection connection;
  private final TopicPartition partition;
  private final KafkaProducer<byte[], byte[]> producer;

  private CommandPublisher(
      KafkaConnection connection,
      TopicPartition partition,
      KafkaProducer<byte[], byte[]> producer) {
    this.connection = connection;
    this.partition = partition;
    this.producer = producer;
  }

  /**
   * @throws IOException if the broker does not answer within seconds, the topic does not exist, or
   *     it has several partitions; the message is one line
   */
  public static CommandPublisher open(KafkaClientProperties client, String topic)
      throws IOException {
    KafkaConnection connection = new KafkaConnection(client);
    TopicPartition partition = ControlPartition.of(connection, topic);
    Properties properties = connection.properties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    // Client and broker agree: at most one copy of a command whose acknowledgement was lost.
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    try {
      return new CommandPublisher(
          connection,
          partition,
          new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()));
    } catch (KafkaException e) {
      throw connection.failure(cannotWrite(partition), e);
    }
  }

  /**
   * Sends a command and lets its offset be its sequence, whatever sequence it was made with: the
   * last one sent is the last one that counts.
   *
   * @return the offset
   * @throws IOException if it was not acknowledged; it may have been stored all the same
   */
  public long send(Command command) throws IOException, InterruptedException {
    return send(command, CommandJson.encodeWithoutSequence(command));
  }

  /** As {@link #send}, with the command's own sequence. */
  public long sendWithSequence(Command command) throws IOException, InterruptedException {
    return send(command, CommandJson.encode(command));
  }

  private long send(Command command, byte[] value) throws IOException, InterruptedException {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            partition.topic(), partition.partition(), CommandJson.key(command), value);
    try {
      return producer.send(record).get().offset();
    } catch (ExecutionException e) {
      throw connection.failure(cannotWrite(partition), e.getCause());
    } catch (KafkaException e) {
      throw connection.failure(cannotWrite(partition), e);
    }
  }

  private static String cannotWrite(TopicPartition partition) {
    return "cannot write to control topic '" + partition.topic() + "'";
  }

  /** Idempotent. */
  @Override
  public void close() {
    producer.close(KafkaConnection.TIMEOUT);
  }
}
