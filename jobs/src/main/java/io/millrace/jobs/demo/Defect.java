package io.millrace.jobs.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.tensor.RecordReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a record that arrives, and the reason that it must be rejected with. */
enum Defect {
  CUT_OFF(RecordReason.MALFORMED),
  EMPTY(RecordReason.NULL_RECORD),
  FIELD_LEFT_OUT(RecordReason.MISSING_FIELD),
  TEXT_FOR_A_NUMBER(RecordReason.WRONG_TYPE),
  NOT_A_NUMBER(RecordReason.NON_FINITE_INPUT),
  OVERSIZED(RecordReason.TOO_LARGE);

  /** A value with more bytes than this is too large; a sound transaction has about 300. */
  static final int MAX_RECORD_BYTES = 4096;

  private final RecordReason reason;

  Defect(RecordReason reason) {
    this.reason = reason;
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
