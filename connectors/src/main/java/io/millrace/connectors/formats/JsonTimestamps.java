package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.JsonPlace;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TimestampReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads event times from a field of records that are a JSON object each, or made into one ({@link
 * #reading}): an integer is milliseconds since 1970-01-01T00:00:00Z, a string a time of ISO 8601
 * with its offset, such as {@code 2026-01-31T00:00:00Z}.
 *
 * <pre>{@code
 * new JsonTimestamps("time", limits)
 * }</pre>
 *
 * <p>A record is read as far as the field: plain ones byte by byte, any other by tokens. One
 * without it, or with a null, is MISSING_FIELD; a string that is no time, or one beyond what
 * milliseconds hold, is MALFORMED; anything else is WRONG_TYPE. Not thread-safe.
 */
public final class JsonTimestamps implements TimestampReader<KafkaRecord> {
  private static final long serialVersionUID = 1L;
  private static final String EXPECTED =
      "expected an integer of epoch milliseconds, or a time such as 2026-01-31T00:00:00Z";

  private final String field;
  private final RecordLimits limits;
  private final RecordJson records;
  private transient @Nullable Reading reading;

  /** What is made once and used for each record. */
  private record Reading(byte[] name, JsonScanner scanner, JsonFactory factory) {}

  /**
   * @param field of the record's own object
   */
  public JsonTimestamps(String field, RecordLimits limits) {
    this(field, limits, RecordJson.AS_IT_IS);
  }

  private JsonTimestamps(String field, RecordLimits limits, RecordJson records) {
    this.field = Objects.requireNonNull(field, "field");
    this.limits = Objects.requireNonNull(limits, "limits");
    this.records = Objects.requireNonNull(records, "records");
  }

  /**
   * The same for records that are no JSON.
   *
   * @param other makes an object of each with the field; what it throws rejects the record
   */
  public JsonTimestamps reading(RecordJson other) {
    return new JsonTimestamps(field, limits, other);
  }

  @Override
  public long timestamp(KafkaRecord record) {
    byte[] value = records.of(limits.valueOf(record));
    Reading used = reading;
    if (used == null) {
      used =
          new Reading(
              field.getBytes(UTF_8),
              new JsonScanner(limits.maxNestingDepth()),
              JsonFactories.within(limits));
      reading = used;
    }
    try {
      return plain(used.scanner(), used.name(), value);
    } catch (NotPlain e) {
      return byTokens(used.factory(), value);
    }
  }

  private long plain(JsonScanner scanner, byte[] name, byte[] value) {
    scanner.open(value);
    scanner.expect('{');
    scanner.peek();
    do {
      scanner.expect('"');
      if (scanner.takeName(name)) {
        scanner.expect(':');
        return plainTime(scanner);
      }
      scanner.name();
      scanner.expect(':');
      scanner.skip(1);
    } while (scanner.take(','));
    throw NotPlain.SIGNAL;
  }

  private long plainTime(JsonScanner scanner) {
    if (scanner.peek() != '"') {
      long millis = scanner.integer(ElementType.INT64);
      byte next = scanner.peek();
      NotPlain.unless(next == ',' || next == '}');
      return millis;
    }
    int from = scanner.string();
    return parse(new String(scanner.bytes(), from, scanner.position() - 1 - from, UTF_8));
  }

  private long byTokens(JsonFactory factory, byte[] value) {
    try (JsonParser parser = factory.createParser(value)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RecordException(RecordReason.MALFORMED, "expected a JSON object");
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        if (name.equals(field)) {
          return time(parser, token);
        }
        parser.skipChildren();
      }
    } catch (JsonProcessingException e) {
      throw new RecordException(RecordReason.MALFORMED, "not JSON" + JsonPlace.of(e.getLocation()));
    } catch (IOException e) {
      throw new UncheckedIOException("reading JSON from memory failed", e);
    }
    throw missing();
  }

  private long time(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_NUMBER_INT -> {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw malformed("is beyond the range of a 64-bit integer");
        }
        yield parser.getLongValue();
      }
      case VALUE_STRING -> parse(parser.getText());
      case VALUE_NULL -> throw missing();
      default ->
          throw new RecordException(
              RecordReason.WRONG_TYPE,
              "field '%s' is %s: %s".formatted(field, JsonElements.kind(parser), EXPECTED));
    };
  }

  private long parse(String text) {
    try {
      return DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from).toEpochMilli();
    } catch (DateTimeException e) {
      throw malformed("is a string that is no time with its offset");
    } catch (ArithmeticException e) {
      throw malformed("is a time that milliseconds of 64 bits do not reach");
    }
  }

  private RecordException missing() {
    return new RecordException(
        RecordReason.MISSING_FIELD, "field '%s' is absent or null: %s".formatted(field, EXPECTED));
  }

  private RecordException malformed(String what) {
    return new RecordException(
        RecordReason.MALFORMED, "field '%s' %s: %s".formatted(field, what, EXPECTED));
  }
}
