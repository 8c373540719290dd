package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Reads the text of a field of records that are a JSON object each, as far as the field. */
public final class JsonFieldText implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final JsonFactory FACTORY = JsonFactories.within(RecordLimits.UNBOUNDED);

  private final String field;

  /**
   * @param field of the record's own object
   */
  public JsonFieldText(String field) {
    this.field = field;
  }

  /**
   * A string's UTF-8, a number or a boolean as it is written.
   *
   * @return null if there is no such field or value, or no JSON object
   */
  public byte @Nullable [] of(byte[] record) {
    try (JsonParser parser = FACTORY.createParser(record)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        if (name.equals(field)) {
          boolean hasText = token.isScalarValue() && token != JsonToken.VALUE_NULL;
          return hasText ? parser.getText().getBytes(UTF_8) : null;
        }
        parser.skipChildren();
      }
      return null;
    } catch (JsonProcessingException e) {
      // Whoever writes the record into the model's inputs says what is wrong with it.
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }
}
