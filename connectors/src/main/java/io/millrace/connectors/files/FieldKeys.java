package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.connectors.formats.JsonFieldText;
import io.millrace.connectors.formats.RecordJson;
import io.millrace.tensor.RecordException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.jspecify.annotations.Nullable;

/**
 * Gives records of files the keys that those of a topic had, where a field says what they were: so
 * a keyed topic is scored into the same bytes live and from files.
 *
 * <pre>{@code
 * FieldKeys.of(history, "tx-{id}", RecordJson.AS_IT_IS)
 * }</pre>
 */
public final class FieldKeys implements MapFunction<LocatedRecord, LocatedRecord> {
  private static final long serialVersionUID = 1L;

  private static final Pattern TEMPLATE = Pattern.compile("([^{}]*)\\{([^{}]+)\\}([^{}]*)");

  private final byte[] prefix;
  private final JsonFieldText field;
  private final byte[] suffix;
  private final RecordJson records;

  private FieldKeys(Matcher template, RecordJson records) {
    this.records = records;
    this.prefix = template.group(1).getBytes(UTF_8);
    this.field = new JsonFieldText(template.group(2));
    this.suffix = template.group(3).getBytes(UTF_8);
  }

  /** Whether a text is one with the name of one field in braces. */
  public static boolean isTemplate(String text) {
    return TEMPLATE.matcher(text).matches();
  }

  /** The field that a key is made of. */
  public static String field(String template) {
    return parsed(template).group(2);
  }

  private static Matcher parsed(String template) {
    Matcher matcher = TEMPLATE.matcher(template);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + template + "': expected a text with one field in braces, such as tx-{id}");
    }
    return matcher;
  }

  /**
   * The records with their keys; one without the field, whose value is bytes that are no text, or
   * that cannot be read, has none.
   *
   * @param template with a field in braces, whose string, or number or boolean as it is written,
   *     stands there in the key
   * @param json makes an object with the field of what is carried of a record
   */
  public static DataStream<LocatedRecord> of(
      DataStream<LocatedRecord> records, String template, RecordJson json) {
    return records
        .map(mapper(template, json))
        .returns(LocatedRecord.TYPE)
        .name("keys")
        .uid("history-keys");
  }

  static FieldKeys mapper(String template, RecordJson json) {
    return new FieldKeys(parsed(template), json);
  }

  @Override
  public LocatedRecord map(LocatedRecord located) {
    byte[] value = located.carried().value();
    return located.refusal() != null || value == null ? located : located.withKey(key(value));
  }

  private byte @Nullable [] key(byte[] value) {
    byte[] text = text(value);
    if (text == null) {
      return null;
    }
    byte[] key = Arrays.copyOf(prefix, prefix.length + text.length + suffix.length);
    System.arraycopy(text, 0, key, prefix.length, text.length);
    System.arraycopy(suffix, 0, key, prefix.length + text.length, suffix.length);
    return key;
  }

  private byte @Nullable [] text(byte[] value) {
    try {
      return field.of(records.of(value));
    } catch (RecordException e) {
      // Whoever writes the record into the model's inputs says what is wrong with it.
      return null;
    }
  }
}
