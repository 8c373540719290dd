package io.millrace.flink;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.model.HeapShare;
import java.io.IOException;

/**
 * Refuses JSON whose tree the heap might not hold, before a node of it is made: two bytes become an
 * object of a hundred.
 */
final class JsonTreeLimits {
  // A list and its array; a map with its table; in a map, the entry and the name.
  private static final int ARRAY_BYTES = 2 * HeapShare.OBJECT_BYTES;
  private static final int OBJECT_BYTES = 3 * HeapShare.OBJECT_BYTES;
  private static final int FIELD_BYTES = 2 * HeapShare.OBJECT_BYTES;
  private static final int CHAR_BYTES = 2;

  private JsonTreeLimits() {}

  /**
   * Reads to the end of the text.
   *
   * @throws HeapShare.UsedUpException if the tree would take more than there is
   * @throws IOException if it is no JSON
   */
  static void verify(JsonParser text, HeapShare share) throws IOException {
    for (JsonToken token = text.nextToken(); token != null; token = text.nextToken()) {
      share.take(
          switch (token) {
            case START_OBJECT -> OBJECT_BYTES;
            case START_ARRAY -> ARRAY_BYTES;
            case FIELD_NAME -> FIELD_BYTES + CHAR_BYTES * (long) text.getTextLength();
            case VALUE_STRING -> HeapShare.OBJECT_BYTES + CHAR_BYTES * (long) text.getTextLength();
            case END_OBJECT, END_ARRAY -> 0;
            default -> HeapShare.OBJECT_BYTES;
          });
    }
  }
}
