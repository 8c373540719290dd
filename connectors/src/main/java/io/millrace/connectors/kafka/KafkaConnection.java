package io.millrace.connectors.kafka;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a cluster for somebody who waits at a prompt: an answer within seconds, and each
 * failure in one line. Holds nothing open.
 *
 * <pre>{@code
 * new KafkaConnection(client).partitionCounts(List.of("transactions", "scored", "rejected"));
 * }</pre>
 */
public final class KafkaConnection {
  /** How long a client waits for an answer. */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(KafkaConnection.class);

  /** What a dead letter's headers and the frame of its batch take, with much to spare. */
  private static final int HEADER_ROOM_BYTES = 16 * 1024;

  private static final Set<Object> TIMEOUTS =
      Set.of("default.api.timeout.ms", "max.block.ms", "delivery.timeout.ms", "request.timeout.ms");

  private final KafkaClientProperties client;

  public KafkaConnection(KafkaClientProperties client) {
    this.client = Objects.requireNonNull(client, "client");
  }

  /** New properties of a client that gives up soon, unless the user has chosen timeouts. */
  public Properties properties() {
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
   * How many partitions each topic has.
   *
   * @throws IOException if the broker does not answer, or topics do not exist; the message is one
   *     line and names them
   */
  public Map<String, Integer> partitionCounts(Collection<String> topics) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    Set<String> absent = new TreeSet<>();
    String what = "cannot look up topics " + new TreeSet<>(topics);
    try (Admin admin = Admin.create(properties())) {
      for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
          admin.describeTopics(Set.copyOf(topics)).topicNameValues().entrySet()) {
        try {
          counts.put(topic.getKey(), topic.getValue().get().partitions().size());
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
            throw failure(what, e.getCause());
          }
          absent.add(topic.getKey());
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(what);
    } catch (KafkaException e) {
      throw failure(what, e);
    }
    if (!absent.isEmpty()) {
      throw new IOException(
          "no topic "
              + String.join(", ", absent)
              + " on "
              + client.bootstrapServers()
              + ": create it first");
    }
    return counts;
  }

  /**
   * Requires that every record of one topic is let into another: one that is not would end the job,
   * and again after each restart. That the other topic leaves no room for the headers of a dead
   * letter, as topics with default settings do not, is only logged, and so is that the user may not
   * see the topics' settings.
   *
   * @throws IOException if the other topic's {@code max.message.bytes} is too low, or the clients'
   *     {@code buffer.memory}, or the broker does not answer; the message is one line and says what
   *     to set
   */
  public void requireRoomForDeadLetters(String inputTopic, String deadLetterTopic)
      throws IOException {
    String what = "cannot look up max.message.bytes of " + inputTopic + ", " + deadLetterTopic;
    ConfigResource input = new ConfigResource(ConfigResource.Type.TOPIC, inputTopic);
    ConfigResource deadLetters = new ConfigResource(ConfigResource.Type.TOPIC, deadLetterTopic);
    try (Admin admin = Admin.create(properties())) {
      Map<ConfigResource, Config> configs =
          admin.describeConfigs(Set.of(input, deadLetters)).all().get();
      long incoming = maxMessageBytes(configs, input, 0);
      requireBuffer(inputTopic, incoming);
      long allowed = maxMessageBytes(configs, deadLetters, Long.MAX_VALUE);
      if (allowed < incoming) {
        throw new IOException(
            ("dead-letter topic '%s' has max.message.bytes=%d, input topic '%s' has %d: a dead letter"
                    + " is its record and its headers, so set max.message.bytes=%d on '%s'")
                .formatted(
                    deadLetterTopic,
                    allowed,
                    inputTopic,
                    incoming,
                    Math.min(incoming + HEADER_ROOM_BYTES, Integer.MAX_VALUE),
                    deadLetterTopic));
      }
      if (allowed < incoming + HEADER_ROOM_BYTES) {
        LOG.info(
            "Dead-letter topic {} leaves no room for headers behind a record of {} bytes",
            deadLetterTopic,
            incoming);
      }
    } catch (InterruptedException e) {
      throw interrupted(what);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof AuthorizationException)) {
        throw failure(what, e.getCause());
      }
      LOG.warn("{}: not authorized; dead letters may not fit into their topic", what);
    } catch (KafkaException e) {
      throw failure(what, e);
    }
  }

  // A producer takes no record that is larger than its buffer.
  private void requireBuffer(String inputTopic, long incoming) throws IOException {
    Object set = client.toProperties().get(ProducerConfig.BUFFER_MEMORY_CONFIG);
    String key = ProducerConfig.BUFFER_MEMORY_CONFIG;
    Object value = set == null ? ProducerConfig.configDef().defaultValues().get(key) : set;
    long buffer = (Long) ConfigDef.parseType(key, value, ConfigDef.Type.LONG);
    if (buffer < incoming + HEADER_ROOM_BYTES) {
      throw new IOException(
          "input topic '%s' has max.message.bytes=%d, and the client's buffer.memory is %d: a dead letter is its record and its headers, so set buffer.memory=%d among the client's properties"
              .formatted(inputTopic, incoming, buffer, incoming + HEADER_ROOM_BYTES));
    }
  }

  // Some services that speak Kafka's protocol do not tell: nothing is known to be wrong then.
  private static long maxMessageBytes(
      Map<ConfigResource, Config> configs, ConfigResource topic, long unknown) {
    Config config = configs.get(topic);
    ConfigEntry entry = config == null ? null : config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
    String value = entry == null ? null : entry.value();
    return value == null ? unknown : Long.parseLong(value);
  }

  /**
   * A failure of a client in one line.
   *
   * @param what could not be done
   */
  public IOException failure(String what, @Nullable Throwable cause) {
    if (cause instanceof InterruptException) {
      return interrupted(what);
    }
    String where = what + " on " + client.bootstrapServers();
    if (cause instanceof TimeoutException) {
      return new IOException(
          where
              + ": no answer; check bootstrap-servers, security.protocol and whether the broker is"
              + " up",
          cause);
    }
    Throwable reason = rootOfConfiguration(cause);
    return new IOException(where + (reason == null ? "" : ": " + reason.getMessage()), cause);
  }

  /** A client that cannot be made says so in general; what is wrong stands in the cause. */
  private static @Nullable Throwable rootOfConfiguration(@Nullable Throwable failure) {
    return failure != null && failure.getCause() instanceof ConfigException wrong ? wrong : failure;
  }

  private static IOException interrupted(String what) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException(what + ": interrupted");
  }
}
