package io.millrace.jobs.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.tensor.RecordReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a record that arrives, and the reason that it must be rejected with. */
enum Defect {
  CUT_OFF(RecordReason.MALFORMED, 30),
  EMPTY(RecordReason.NULL_RECORD, 12),
  FIELD_LEFT_OUT(RecordReason.MISSING_FIELD, 25),
  TEXT_FOR_A_NUMBER(RecordReason.WRONG_TYPE, 18),
  NOT_A_NUMBER(RecordReason.NON_FINITE_INPUT, 10),
  OVERSIZED(RecordReason.TOO_LARGE, 5);

  /** A value with more bytes than this is too large; a sound transaction has about 300. */
  static final int MAX_RECORD_BYTES = 4096;

  private final RecordReason reason;
  private final int percent;

  Defect(RecordReason reason, int percent) {
    this.reason = reason;
    this.percent = percent;
  }

  /** One of them, some more often than others. */
  static Defect random(RandomGenerator random) {
    int rest = random.nextInt(100);
    for (Defect defect : values()) {
      rest -= defect.percent;
      if (rest < 0) {
        return defect;
      }
    }
    throw new IllegalStateException("the shares of the defects do not add up to 100 %");
  }

  RecordReason reason() {
    return reason;
  }

  /** The transaction's bytes with this defect. */
  byte @Nullable [] spoil(ObjectNode transaction) {
    switch (this) {
      case CUT_OFF -> {
        byte[] whole = bytes(transaction);
        return Arrays.copyOf(whole, whole.length * 2 / 3);
      }
      case EMPTY -> {
        return null;
      }
      case FIELD_LEFT_OUT -> transaction.remove("distance_from_home");
      case TEXT_FOR_A_NUMBER -> transaction.put("amount", "twelve fifty");
      case NOT_A_NUMBER -> transaction.put("seconds_since_last", "NaN");
      case OVERSIZED -> transaction.put("memo", "x".repeat(MAX_RECORD_BYTES));
    }
    return bytes(transaction);
  }

  private static byte[] bytes(ObjectNode node) {
    return node.toString().getBytes(StandardCharsets.UTF_8);
  }
}
