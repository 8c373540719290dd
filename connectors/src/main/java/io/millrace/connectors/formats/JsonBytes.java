package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Bytes in JSON: a string where they are UTF-8, {@code {"b64": ...}} where not. */
final class JsonBytes {
  private final CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();

  void write(JsonGenerator json, byte[] bytes) throws IOException {
    String text;
    try {
      text = strict.decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notText) {
      json.writeStartObject();
      json.writeStringField("b64", Base64.getEncoder().encodeToString(bytes));
      json.writeEndObject();
      return;
    }
    json.writeString(text);
  }
}
