package io.millrace.testing.check;

import java.util.Comparator;
import java.util.Objects;

/** Where a record lies in the source: its identity. Ordered by topic, partition and offset. */
public record SourcePosition(String topic, int partition, long offset)
    implements Comparable<SourcePosition> {
  private static final Comparator<SourcePosition> ORDER =
      Comparator.comparing(SourcePosition::topic)
          .thenComparingInt(SourcePosition::partition)
          .thenComparingLong(SourcePosition::offset);

  public SourcePosition {
    Objects.requireNonNull(topic, "topic");
  }

  @Override
  public int compareTo(SourcePosition other) {
    return ORDER.compare(this, other);
  }

  /** {@code transactions-0@17}. */
  @Override
  public String toString() {
    return topic + "-" + partition + "@" + offset;
  }
}
