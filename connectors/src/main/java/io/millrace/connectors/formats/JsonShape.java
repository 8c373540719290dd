package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Shape;
import java.io.IOException;

/** Finds the shape of nested lists without reading their elements. */
final class JsonShape {
  private JsonShape() {}

  /**
   * The shape of the value that the parser stands on, which is left on the value's last token.
   *
   * @throws RecordException WRONG_SHAPE if lists of one level differ in length
   */
  static Shape measure(JsonParser parser, Shape declared, ElementKind kind, String place)
      throws IOException {
    // Deeper levels than the constraints on the parser allow cannot come.
    int maxDepth = parser.streamReadConstraints().getMaxNestingDepth() + 1;
    ListShape shape = new ListShape(declared, maxDepth, place);
    visit(parser, shape, 0);
    return shape.of(kind);
  }

  private static void visit(JsonParser parser, ListShape shape, int depth) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY || !shape.enter(depth)) {
      parser.skipChildren();
      return;
    }
    long count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      visit(parser, shape, depth + 1);
      count++;
    }
    shape.leave(depth, count);
  }
}
