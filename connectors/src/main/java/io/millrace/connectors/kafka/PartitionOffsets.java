package io.millrace.connectors.kafka;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the records of a topic lie, by partition, for somebody who waits at a prompt. Holds nothing
 * open.
 *
 * <pre>{@code
 * Map<Integer, Long> first = new PartitionOffsets(client, "transactions").since(Instant.parse("2026-01-31T00:00:00Z"));
 * }</pre>
 */
public final class PartitionOffsets {
  private static final long NONE = -1;

  private final KafkaConnection connection;
  private final String topic;
  private final IsolationLevel isolation;

  private PartitionOffsets(KafkaConnection connection, String topic, IsolationLevel isolation) {
    this.connection = connection;
    this.topic = Objects.requireNonNull(topic, "topic");
    this.isolation = isolation;
  }

  public PartitionOffsets(KafkaClientProperties client, String topic) {
    this(new KafkaConnection(client), topic, IsolationLevel.READ_UNCOMMITTED);
  }

  /** As seen by who reads what is committed: to them, a partition ends before open transactions. */
  public static PartitionOffsets committed(KafkaConnection connection, String topic) {
    return new PartitionOffsets(connection, topic, IsolationLevel.READ_COMMITTED);
  }

  /**
   * The first offset that each partition still has.
   *
   * @throws IOException if the broker does not answer or the topic does not exist, in one line
   */
  public Map<Integer, Long> beginnings() throws IOException {
    return offsets(OffsetSpec.earliest());
  }

  /** The offset that each partition's next record will have. */
  public Map<Integer, Long> ends() throws IOException {
    return offsets(OffsetSpec.latest());
  }

  /** The offset of each partition's first record of that time or later; its end if it has none. */
  public Map<Integer, Long> since(Instant time) throws IOException {
    // The ends first: a record that comes in between is found by its time, not passed over.
    Map<Integer, Long> found = ends();
    offsets(OffsetSpec.forTimestamp(time.toEpochMilli()))
        .forEach(
            (partition, offset) -> {
              if (offset != NONE) {
                found.put(partition, offset);
              }
            });
    return found;
  }

  private Map<Integer, Long> offsets(OffsetSpec spec) throws IOException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (int partition : partitions()) {
      wanted.put(new TopicPartition(topic, partition), spec);
    }
    String what = "cannot look up the offsets of topic " + topic;
    Map<Integer, Long> found = new TreeMap<>();
    try (Admin admin = Admin.create(connection.properties())) {
      for (Map.Entry<TopicPartition, ListOffsetsResultInfo> entry :
          admin.listOffsets(wanted, new ListOffsetsOptions(isolation)).all().get().entrySet()) {
        found.put(entry.getKey().partition(), entry.getValue().offset());
      }
      return found;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException(what + ": interrupted").initCause(e);
    } catch (ExecutionException e) {
      throw connection.failure(what, e.getCause());
    } catch (KafkaException e) {
      throw connection.failure(what, e);
    }
  }

  private Collection<Integer> partitions() throws IOException {
    int count =
        Objects.requireNonNull(connection.partitionCounts(List.of(topic)).get(topic), "partitions");
    return IntStream.range(0, count).boxed().toList();
  }
}
