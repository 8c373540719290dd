package io.millrace.connectors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Objects;

/** A header of a Kafka record that is to be written; the array is shared, not copied. */
public record MessageHeader(String name, byte[] value) {

  /** Where a record comes from; on every output record and dead letter. */
  public static final String SOURCE_TOPIC = "millrace.source.topic";

  public static final String SOURCE_PARTITION = "millrace.source.partition";
  public static final String SOURCE_OFFSET = "millrace.source.offset";

  /** Microseconds from the reading of the record to its emission, where switched on. */
  public static final String LATENCY_MICROS = "millrace.latency-micros";

  /** Why a record is a dead letter. */
  public static final String REASON = "millrace.reason";

  public static final String MESSAGE = "millrace.message";

  /** The model that was asked for a dead letter. */
  public static final String MODEL_NAME = "millrace.model.name";

  public static final String MODEL_VERSION = "millrace.model.version";

  public MessageHeader {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
  }

  /** A header of text, as UTF-8. */
  public static MessageHeader of(String name, String value) {
    return new MessageHeader(name, value.getBytes(UTF_8));
  }

  /** A header of a number, in decimal digits. */
  public static MessageHeader of(String name, long value) {
    return of(name, Long.toString(value));
  }
}
