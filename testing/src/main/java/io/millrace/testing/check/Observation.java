package io.millrace.testing.check;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * An output record, scored or rejected, as a reader of the topic sees it.
 *
 * @param source the record that it was made from
 * @param topic the output topic
 * @param version the version that scored it, null where none did
 */
public record Observation(
    SourcePosition source, String topic, int partition, long offset, @Nullable Long version) {

  public Observation {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(topic, "topic");
  }

  /**
   * Reads the lineage headers {@code millrace.source.topic}, {@code .partition} and {@code .offset}
   * (UTF-8 text).
   *
   * @throws IllegalArgumentException if one is missing or no number
   */
  public static Observation of(ConsumerRecord<?, ?> record, @Nullable Long version) {
    SourcePosition source =
        new SourcePosition(
            header(record, "millrace.source.topic"),
            Integer.parseInt(header(record, "millrace.source.partition")),
            Long.parseLong(header(record, "millrace.source.offset")));
    return new Observation(source, record.topic(), record.partition(), record.offset(), version);
  }

  /**
   * A header as text.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static String header(ConsumerRecord<?, ?> record, String name) {
    @Nullable Header header = record.headers().lastHeader(name);
    if (header == null) {
      throw new IllegalArgumentException(
          "output record "
              + new SourcePosition(record.topic(), record.partition(), record.offset())
              + ": no header '"
              + name
              + "'; expected what an inference job writes");
    }
    return new String(header.value(), StandardCharsets.UTF_8);
  }

  /** {@code transactions-0@17 in scored-0@12 by version 2}. */
  @Override
  public String toString() {
    return source
        + " in "
        + new SourcePosition(topic, partition, offset)
        + (version == null ? "" : " by version " + version);
  }
}
