package io.millrace.connectors.kafka;

import java.time.Instant;

/** The wall clock in microseconds: a record's latency may span two machines. */
public final class EpochMicros {
  private EpochMicros() {}

  /** Microseconds since 1970-01-01T00:00:00Z. */
  public static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }
}
