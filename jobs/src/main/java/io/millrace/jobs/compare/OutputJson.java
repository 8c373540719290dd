package io.millrace.jobs.compare;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;

/** Reads a line of an output. */
public final class OutputJson {
  // Decimals as they are written: 1.0 is not 1.00, and no digit is lost.
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  private OutputJson() {}

  /**
   * @param place of the line, for the message
   * @throws IOException if it is no JSON
   */
  public static JsonNode read(String place, byte[] line) throws IOException {
    try {
      return MAPPER.readTree(line);
    } catch (IOException e) {
      // Jackson's own message quotes the record.
      throw new IOException(place + ": expected a JSON object on a line", e);
    }
  }
}
