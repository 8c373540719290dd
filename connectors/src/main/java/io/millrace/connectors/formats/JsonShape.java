package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import java.io.IOException;
import java.util.Arrays;

/** Finds the shape of nested lists without reading their elements. */
final class JsonShape {
  private static final int UNSEEN = -1;

  private final long[] found;
  private final String place;
  private int deepest;

  private JsonShape(int levels, String place) {
    this.found = new long[levels];
    this.place = place;
    Arrays.fill(found, UNSEEN);
  }

  /**
   * The shape of the value that the parser stands on, which is left on the value's last token.
   * Dimensions below an empty list are as declared, or 0.
   *
   * @throws RecordException WRONG_SHAPE if lists of one level differ in length
   */
  static Shape measure(JsonParser parser, Shape declared, ElementKind kind, String place)
      throws IOException {
    // Deeper levels than the constraints on the parser allow cannot come.
    int levels =
        declared.hasRank()
            ? declared.rank()
            : parser.streamReadConstraints().getMaxNestingDepth() + 1;
    JsonShape shape = new JsonShape(levels, place);
    shape.visit(parser, 0);
    if (declared.hasRank()) {
      return shape.filledFrom(declared);
    }
    int rank = kind == ElementKind.COMPLEX ? Math.max(shape.deepest - 1, 0) : shape.deepest;
    return Shape.of(Arrays.copyOf(shape.found, rank));
  }

  private void visit(JsonParser parser, int depth) throws IOException {
    if (depth == found.length || parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return;
    }
    deepest = Math.max(deepest, depth + 1);
    long count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      visit(parser, depth + 1);
      count++;
    }
    if (found[depth] != UNSEEN && found[depth] != count) {
      throw new RecordException(
          RecordReason.WRONG_SHAPE,
          place
              + ": the lists at depth "
              + depth
              + " have "
              + found[depth]
              + " and "
              + count
              + " elements; expected as many in each");
    }
    found[depth] = count;
  }

  private Shape filledFrom(Shape declared) {
    for (int i = 0; i < found.length; i++) {
      if (found[i] == UNSEEN) {
        found[i] = Math.max(declared.dimension(i), 0);
      }
    }
    return Shape.of(found);
  }
}
