package io.millrace.connectors.control;

import io.millrace.connectors.kafka.KafkaClientProperties;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The way to a control topic for somebody who waits at a prompt: an answer within seconds, and each
 * failure in one line.
 */
final class TopicConnection {
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final Set<Object> TIMEOUTS =
      Set.of("default.api.timeout.ms", "max.block.ms", "delivery.timeout.ms", "request.timeout.ms");

  private final KafkaClientProperties client;
  private final String topic;

  TopicConnection(KafkaClientProperties client, String topic) {
    this.client = client;
    this.topic = topic;
  }

  /** Properties of a client that gives up soon, unless the user has chosen timeouts. */
  Properties properties() {
    Properties properties = client.toProperties();
    // Kafka refuses timeouts that contradict each other, so they are set together or not at all.
    if (properties.keySet().stream().noneMatch(TIMEOUTS::contains)) {
      String millis = Long.toString(TIMEOUT.toMillis());
      properties.put("default.api.timeout.ms", millis);
      properties.put("max.block.ms", millis);
      properties.put("delivery.timeout.ms", millis);
      properties.put("request.timeout.ms", Long.toString(TIMEOUT.toMillis() / 2));
    }
    return properties;
  }

  /**
   * The topic's only partition.
   *
   * @throws IOException if the broker does not answer, the topic does not exist, or it has several
   *     partitions
   */
  TopicPartition partition() throws IOException {
    int partitions;
    try (Admin admin = Admin.create(properties())) {
      partitions =
          admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
              .mapToInt(description -> description.partitions().size())
              .sum();
    } catch (ExecutionException e) {
      throw failure("read", e.getCause());
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (KafkaException e) {
      throw failure("read", e);
    }
    if (partitions != 1) {
      throw new IOException(
          "control topic '"
              + topic
              + "' has "
              + partitions
              + " partitions: expected one, which keeps commands in order");
    }
    return new TopicPartition(topic, 0);
  }

  /** The failure in one line; Kafka's own messages may be of several kinds of vagueness. */
  IOException failure(String verb, @Nullable Throwable cause) {
    if (cause instanceof InterruptException) {
      return interrupted();
    }
    String what =
        "cannot " + verb + " control topic '" + topic + "' on " + client.bootstrapServers();
    if (cause instanceof UnknownTopicOrPartitionException) {
      return new IOException(
          what + ": there is no such topic; create it with one partition", cause);
    }
    if (cause instanceof org.apache.kafka.common.errors.TimeoutException
        || cause instanceof TimeoutException) {
      return new IOException(
          what
              + ": no answer; check bootstrap-servers, security.protocol and whether the broker"
              + " is up",
          cause);
    }
    Throwable reason = rootOfConfiguration(cause);
    return new IOException(what + (reason == null ? "" : ": " + reason.getMessage()), cause);
  }

  /** A client that cannot be made says so in general; what is wrong stands in the cause. */
  private static @Nullable Throwable rootOfConfiguration(@Nullable Throwable failure) {
    return failure != null && failure.getCause() instanceof ConfigException wrong ? wrong : failure;
  }

  private IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException(
        "interrupted while waiting for control topic '" + topic + "'");
  }
}
