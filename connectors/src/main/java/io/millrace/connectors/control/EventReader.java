package io.millrace.connectors.control;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.connectors.kafka.TopicReader;
import io.millrace.model.ModelEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A status topic: the events that it holds, then those that come. Those of one subtask are in their
 * order, and may be there twice. For one thread; close it.
 *
 * <pre>{@code
 * try (EventReader reader = EventReader.open(client, "model-events")) {
 *   List<ModelEvent> before = reader.history();
 *   publisher.send(command);
 *   List<ModelEvent> after = reader.next(Duration.ofSeconds(1));
 * }
 * }</pre>
 */
public final class EventReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventReader.class);

  private final TopicReader reader;

  private EventReader(TopicReader reader) {
    this.reader = reader;
  }

  /**
   * @throws IOException if the broker does not answer within seconds, or the topic does not exist;
   *     the message is one line
   */
  public static EventReader open(KafkaClientProperties client, String topic) throws IOException {
    KafkaConnection connection = new KafkaConnection(client);
    int partitions = connection.partitionCounts(List.of(topic)).getOrDefault(topic, 0);
    return new EventReader(
        TopicReader.ofAll(
            connection,
            "status topic '" + topic + "'",
            IntStream.range(0, partitions).mapToObj(i -> new TopicPartition(topic, i)).toList()));
  }

  /**
   * What the topic held when it was opened; call it once, and first.
   *
   * @throws IOException if it cannot be read; the message is one line
   */
  public List<ModelEvent> history() throws IOException {
    List<ModelEvent> events = new ArrayList<>();
    reader.toEnds(record -> add(events, record));
    return events;
  }

  /**
   * What comes next: as soon as there is anything, or nothing after this time.
   *
   * @throws IOException if it cannot be read; the message is one line
   */
  public List<ModelEvent> next(Duration patience) throws IOException {
    List<ModelEvent> events = new ArrayList<>();
    reader.next(patience, record -> add(events, record));
    return events;
  }

  // Whoever else writes to the topic must not keep anybody from reading it.
  private static void add(List<ModelEvent> events, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      events.add(ModelEventJson.decode(record.value()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      LOG.debug("offset {} of {} is no event", record.offset(), record.topic(), e);
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
