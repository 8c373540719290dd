package io.millrace.connectors.kafka;

import java.io.Serializable;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How every Kafka client of a job reaches the cluster: the servers, and what is passed through to
 * the client ({@code security.protocol}, {@code sasl.jaas.config}, ...). Values may be secrets:
 * they are never part of a message, a log line or {@link #toString}.
 */
public final class KafkaClientProperties implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final Set<String> OWNED_BY_THE_JOB =
      Set.of(
          CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
          CommonClientConfigs.GROUP_ID_CONFIG,
          ConsumerConfig.ISOLATION_LEVEL_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);

  private final String bootstrapServers;
  private final TreeMap<String, String> passedThrough;

  /**
   * @throws IllegalArgumentException if there are no servers, or a property is one that the job
   *     sets itself; the message names it, never its value
   */
  public KafkaClientProperties(String bootstrapServers, Map<String, String> passedThrough) {
    if (bootstrapServers.isBlank()) {
      throw new IllegalArgumentException("no bootstrap servers: expected host:port, ...");
    }
    Set<String> owned = new TreeSet<>(passedThrough.keySet());
    owned.retainAll(OWNED_BY_THE_JOB);
    if (!owned.isEmpty()) {
      throw new IllegalArgumentException(
          "Kafka properties " + owned + " are set by the job itself: remove them");
    }
    this.bootstrapServers = bootstrapServers;
    this.passedThrough = new TreeMap<>(passedThrough);
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** A new set of properties for a client, servers included. */
  public Properties toProperties() {
    Properties properties = new Properties();
    properties.putAll(passedThrough);
    properties.setProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return properties;
  }

  /** The servers and the names of the properties that are passed through. */
  @Override
  public String toString() {
    return "Kafka at " + bootstrapServers + " with properties " + passedThrough.keySet();
  }
}
