package io.millrace.connectors.kafka;

import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The sinks of a job.
 *
 * <pre>{@code
 * scored.sinkTo(OutboundSinks.exactlyOnce(client, "fraud-scoring", Duration.ofMinutes(15)));
 * }</pre>
 *
 * <p>After a failover the connector's committer may log at ERROR that a "producer is already
 * fenced" and that this "most likely signals data loss", although every record is there: with
 * Kafka's second transaction protocol a commit that is repeated looks so to the client. Judge by
 * the records.
 */
public final class OutboundSinks {
  private OutboundSinks() {}

  /**
   * Writes each record once, in the transaction of its checkpoint.
   *
   * @param transactionalIdPrefix unique to the job among all that use the cluster, and the same
   *     after a restart: it finds the transactions that a former run left open
   * @param transactionTimeout longer than a checkpoint and a restart together, and no more than the
   *     broker's {@code transaction.max.timeout.ms}
   */
  public static KafkaSink<OutboundRecord> exactlyOnce(
      KafkaClientProperties client, String transactionalIdPrefix, Duration transactionTimeout) {
    Objects.requireNonNull(transactionalIdPrefix, "transactionalIdPrefix");
    if (transactionalIdPrefix.isBlank()) {
      throw new IllegalArgumentException(
          "transactional id prefix is blank: expected a name that is unique to the job");
    }
    if (transactionTimeout.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "transaction timeout " + transactionTimeout + ": expected at least one second");
    }
    return builder(client)
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(transactionalIdPrefix)
        .setProperty(
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(transactionTimeout.toMillis()))
        .build();
  }

  /** Writes each record at least once, without waiting for a checkpoint: for events. */
  public static KafkaSink<OutboundRecord> atLeastOnce(KafkaClientProperties client) {
    return builder(client).setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE).build();
  }

  private static KafkaSinkBuilder<OutboundRecord> builder(KafkaClientProperties client) {
    Properties properties = client.toProperties();
    // The topic's max.message.bytes decides what is too large. The producer's own limit, 1 MiB, is
    // below what an input topic may hold, and a dead letter holds its whole record.
    properties.putIfAbsent(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(Integer.MAX_VALUE));
    return KafkaSink.<OutboundRecord>builder()
        .setBootstrapServers(client.bootstrapServers())
        .setKafkaProducerConfig(properties)
        .setRecordSerializer(new OutboundRecordSchema());
  }
}
