package io.millrace.jobs.demo;

import io.millrace.jobs.demo.TransactionRecords.Entry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends transactions at a steady rate. Runs on a thread of its own until the total is out, or it is
 * told to stop, and all that was sent is acknowledged.
 */
final class TransactionFeed implements Callable<Void> {
  private static final long PAUSE_NANOS = 1_000_000;

  /** Is told of each record before it goes out, by the feed's thread. */
  @FunctionalInterface
  interface Booking {
    void send(TransactionRecords.Entry entry, long epochMillis);
  }

  private final String bootstrapServers;
  private final String topic;
  private final TransactionRecords records;
  private final Booking booking;
  private final long total;
  private final Pace pace;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile long sent;
  private volatile boolean stopped;
  private volatile long limit;

  TransactionFeed(
      String bootstrapServers,
      String topic,
      TransactionRecords records,
      Booking booking,
      long total,
      Pace pace) {
    this.bootstrapServers = bootstrapServers;
    this.topic = topic;
    this.records = records;
    this.booking = booking;
    this.total = total;
    this.pace = pace;
    this.limit = total;
  }

  /** Keeps the last ones until {@link #release}, however long that takes. */
  void holdBack(long lastOnes) {
    limit = total - lastOnes;
  }

  /** Sends the last ones too, at the pace of the others. */
  void release() {
    limit = total;
  }

  /** How many are on their way so far. */
  long sent() {
    return sent;
  }

  /** How many the broker has confirmed so far. */
  long acknowledged() {
    return acknowledged.get();
  }

  /** Sends no more. */
  void stop() {
    stopped = true;
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
      sendAll(producer);
      producer.flush();
    }
    Exception first = failure.get();
    if (first != null) {
      throw new ExecutionException("the broker did not take a record", first);
    }
    return null;
  }

  private void sendAll(KafkaProducer<byte[], byte[]> producer) throws InterruptedException {
    long elapsed = 0;
    long last = System.nanoTime();
    while (sent < total && goesOn()) {
      long now = System.nanoTime();
      // What is held back is not due meanwhile, or it would come all at once.
      elapsed += sent < limit ? now - last : 0;
      last = now;
      long due = Math.min(pace.due(Duration.ofNanos(elapsed)), limit);
      while (sent < due && goesOn()) {
        send(producer);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("the demo was stopped");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private boolean goesOn() {
    return !stopped && failure.get() == null;
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // This thread alone writes.
  private void send(KafkaProducer<byte[], byte[]> producer) {
    Entry entry = records.next();
    long now = System.currentTimeMillis();
    booking.send(entry, now);
    producer.send(
        new ProducerRecord<>(topic, null, now, entry.key(), entry.value()),
        (metadata, exception) -> {
          if (exception == null) {
            acknowledged.incrementAndGet();
          } else {
            failure.compareAndSet(null, exception);
          }
        });
    sent++;
  }
}
