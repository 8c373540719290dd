package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.millrace.flink.JsonPlace;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Reads any record, token by token, and says what is wrong with one that does not fit. Not
 * thread-safe.
 */
final class TokenReader {
  private final FieldPlan fields;
  private final FeatureVector vector;
  private final boolean ignoreUnknownFields;
  private final JsonFactory factory;

  TokenReader(
      FieldPlan fields, FeatureVector vector, boolean ignoreUnknownFields, RecordLimits limits) {
    this.fields = fields;
    this.vector = vector;
    this.ignoreUnknownFields = ignoreUnknownFields;
    this.factory = JsonFactories.within(limits);
  }

  /**
   * Writes the record.
   *
   * @throws RecordException if it does not fit
   */
  void read(byte[] record, Row row) {
    fields.begin();
    vector.clear();
    try (JsonParser parser = factory.createParser(record)) {
      readObject(parser, record, row);
    } catch (JsonProcessingException malformed) {
      throw malformed(malformed);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
    fields.end(vector, row);
  }

  private void readObject(JsonParser parser, byte[] value, Row row) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new RecordException(
          RecordReason.MALFORMED,
          parser.currentToken() == null
              ? "the record is empty: expected a JSON object"
              : "expected a JSON object, got " + JsonElements.kind(parser));
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      FieldPlan.Field field = fields.find(name);
      if (field == null && !ignoreUnknownFields) {
        throw UnknownField.of(name, fields);
      }
      if (field != null && !fields.see(field)) {
        throw new RecordException(
            RecordReason.MALFORMED,
            field.place + " occurs twice" + JsonPlace.of(parser.currentLocation()));
      }
      JsonToken token = parser.nextToken();
      if (field == null || token == JsonToken.VALUE_NULL) {
        parser.skipChildren();
      } else if (field.feature != FieldPlan.NONE) {
        vector.take(field.feature, parser);
      } else if (field.input != FieldPlan.NONE) {
        JsonTensors.write(parser, row.input(field.input), field.place, factory, value);
        fields.written(field.input);
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new RecordException(
          RecordReason.MALFORMED,
          "the record goes on after its JSON object" + JsonPlace.of(parser.currentTokenLocation()));
    }
  }

  /** Jackson's own message may quote the payload, so only the place is taken from it. */
  private static RecordException malformed(JsonProcessingException e) {
    String what =
        e instanceof StreamConstraintsException
            ? "JSON beyond a limit: " + e.getOriginalMessage()
            : "not JSON";
    return new RecordException(RecordReason.MALFORMED, what + JsonPlace.of(e.getLocation()));
  }
}
