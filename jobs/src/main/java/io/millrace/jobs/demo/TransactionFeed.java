package io.millrace.jobs.demo;

import io.millrace.jobs.demo.TransactionRecords.Entry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends transactions at a steady rate and books each in the ledger. Runs on a thread of its own
 * until the total is out and acknowledged.
 */
final class TransactionFeed implements Callable<Void> {
  private static final long PAUSE_NANOS = 1_000_000;

  private final String bootstrapServers;
  private final String topic;
  private final TransactionRecords records;
  private final Ledger ledger;
  private final int total;
  private final Pace pace;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile int sent;

  TransactionFeed(
      String bootstrapServers,
      String topic,
      TransactionRecords records,
      Ledger ledger,
      int total,
      Pace pace) {
    this.bootstrapServers = bootstrapServers;
    this.topic = topic;
    this.records = records;
    this.ledger = ledger;
    this.total = total;
    this.pace = pace;
  }

  /** How many are on their way so far. */
  int sent() {
    return sent;
  }

  /**
   * @throws ExecutionException if the broker did not take a record
   */
  @Override
  public Void call() throws ExecutionException, InterruptedException {
    Map<String, Object> properties =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.LINGER_MS_CONFIG,
            2,
            ProducerConfig.ACKS_CONFIG,
            "all");
    ByteArraySerializer bytes = new ByteArraySerializer();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties, bytes, bytes)) {
      producer.partitionsFor(topic); // Connects, which is not to be made up for afterwards.
      long start = System.nanoTime();
      while (sent < total && failure.get() == null) {
        long due = pace.due(Duration.ofNanos(System.nanoTime() - start));
        while (sent < Math.min(due, total)) {
          send(producer);
        }
        if (Thread.interrupted()) {
          throw new InterruptedException("the demo was stopped");
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      producer.flush();
    }
    Exception first = failure.get();
    if (first != null) {
      throw new ExecutionException("the broker did not take a record", first);
    }
    return null;
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // This thread alone writes.
  private void send(KafkaProducer<byte[], byte[]> producer) {
    Entry entry = records.next();
    long now = System.currentTimeMillis();
    ledger.send(entry.labelled(), entry.defect(), now);
    producer.send(
        new ProducerRecord<>(topic, null, now, entry.key(), entry.value()),
        (metadata, exception) -> {
          if (exception != null) {
            failure.compareAndSet(null, exception);
          }
        });
    sent++;
  }
}
