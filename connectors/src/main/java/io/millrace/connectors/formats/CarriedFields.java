package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Copies chosen fields of a JSON record byte for byte, so that numbers keep their digits. It reads
 * the record a second time, only as far as the last of the fields; the first reading was many
 * records ago, when the batch was filled. Not thread-safe.
 */
final class CarriedFields {
  private final List<String> names;
  private final JsonFactory factory;
  private final int[] from;
  private final int[] to;

  CarriedFields(List<String> names, JsonFactory factory) {
    this.names = names;
    this.factory = factory;
    this.from = new int[names.size()];
    this.to = new int[names.size()];
  }

  /** Writes an object of the fields that the record has, in the order in which they were chosen. */
  void write(JsonGenerator json, byte[] record) throws IOException {
    if (!names.isEmpty()) {
      find(record);
    }
    json.writeStartObject();
    for (int i = 0; i < names.size(); i++) {
      if (to[i] > 0) {
        json.writeFieldName(names.get(i));
        json.writeRawValue(new String(record, from[i], to[i] - from[i], StandardCharsets.UTF_8));
      }
    }
    json.writeEndObject();
  }

  /** Where in the record the field of this number begins, once they were found. */
  int from(int index) {
    return from[index];
  }

  /** How many bytes its value has, 0 if the record has none. */
  int length(int index) {
    return to[index] == 0 ? 0 : to[index] - from[index];
  }

  /** Finds the fields in a record. */
  void find(byte[] record) throws IOException {
    Arrays.fill(from, 0);
    Arrays.fill(to, 0);
    int found = 0;
    try (JsonParser parser = factory.createParser(record)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      for (String name = parser.nextFieldName();
          name != null && found < to.length;
          name = parser.nextFieldName()) {
        parser.nextToken();
        int index = names.indexOf(name);
        if (index >= 0) {
          from[index] = (int) parser.currentTokenLocation().getByteOffset();
        }
        parser.skipChildren();
        if (index >= 0) {
          // A string is read lazily: only when finished does the parser stand behind it.
          parser.finishToken();
          to[index] = (int) parser.currentLocation().getByteOffset();
          found++;
        }
      }
    }
  }
}
