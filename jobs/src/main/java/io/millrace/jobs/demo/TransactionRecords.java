package io.millrace.jobs.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Transactions as they lie in the topic: JSON, and now and then something that is not a transaction
 * at all. The same seed gives the same records.
 */
final class TransactionRecords {
  /** One record in this many has a defect. */
  private static final int DEFECT_EVERY = 200;

  private final TransactionGenerator generator;
  private final SplittableRandom random;
  private final long soundUntil;

  /**
   * @param value null for an empty record
   * @param defect null for a sound record
   */
  @SuppressWarnings("ArrayRecordComponent") // Written once, never compared.
  record Entry(
      LabelledTransaction labelled, byte[] key, byte @Nullable [] value, @Nullable Defect defect) {}

  TransactionRecords(long seed) {
    this(seed, 0, 0);
  }

  /**
   * @param firstId the number of the first transaction
   * @param soundUntil transactions with lower numbers have no defect
   */
  TransactionRecords(long seed, long firstId, long soundUntil) {
    this.generator = new TransactionGenerator(seed, firstId);
    this.random = new SplittableRandom(seed);
    this.soundUntil = soundUntil;
  }

  Entry next() {
    LabelledTransaction labelled = generator.next();
    Transaction transaction = labelled.transaction();
    byte[] key = key(transaction.id());
    if (random.nextInt(DEFECT_EVERY) == 0 && transaction.id() >= soundUntil) {
      Defect defect = Defect.random(random);
      return new Entry(labelled, key, defect.spoil(json(transaction)), defect);
    }
    byte[] value = json(transaction).toString().getBytes(StandardCharsets.UTF_8);
    return new Entry(labelled, key, value, null);
  }

  /** {@code tx-42}. */
  static byte[] key(long id) {
    return ("tx-" + id).getBytes(StandardCharsets.US_ASCII);
  }

  /** The number in a key, or -1 if it is not one of ours. */
  static int id(byte @Nullable [] key) {
    String text = key == null ? "" : new String(key, StandardCharsets.US_ASCII);
    return text.matches("tx-\\d{1,9}") ? Integer.parseInt(text, 3, text.length(), 10) : -1;
  }

  private static ObjectNode json(Transaction it) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", it.id())
        .put("card", it.card())
        .put("amount", it.amount())
        .put("average_amount", it.averageAmount())
        .put("merchant_category", it.merchantCategory())
        .put("country", it.country())
        .put("distance_from_home", it.distanceFromHome())
        .put("hour", it.hour())
        .put("seconds_since_last", it.secondsSinceLast())
        .put("transactions_last_hour", it.transactionsLastHour())
        .put("chip", it.chip())
        .put("online", it.online())
        .put("foreign", it.foreign());
  }
}
