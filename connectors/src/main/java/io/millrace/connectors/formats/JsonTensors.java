package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorWriter;
import java.io.IOException;

/** Writes the value that a parser stands on, nested lists and all, into one input of a row. */
final class JsonTensors {
  private JsonTensors() {}

  /**
   * Writes the value; the parser stands on its last token afterwards.
   *
   * @param source what the parser reads: a value whose shape has to be stated before it is written
   *     is read twice, once for its shape
   */
  static void write(
      JsonParser parser, TensorWriter writer, String place, JsonFactory factory, byte[] source)
      throws IOException {
    ElementType type = writer.spec().type();
    ElementKind kind = ElementKind.of(type);
    if (kind == ElementKind.RAW_ONLY) {
      throw new RecordException(
          RecordReason.WRONG_TYPE, place + ": " + type + " is read by the raw format only");
    }
    Shape shape = writer.rowShape();
    if (shape.isFullyKnown()) {
      list(parser, writer, kind, shape, 0, place);
      return;
    }
    int from = (int) parser.currentTokenLocation().getByteOffset();
    Shape stated = JsonShape.measure(parser, shape, kind, place);
    // A scalar's text is read lazily; only its end tells where the value ends.
    parser.finishToken();
    int to = (int) parser.currentLocation().getByteOffset();
    writer.shape(stated.dimensions());
    try (JsonParser again = factory.createParser(source, from, to - from)) {
      again.nextToken();
      list(again, writer, kind, stated, 0, place);
    }
  }

  private static void list(
      JsonParser parser,
      TensorWriter writer,
      ElementKind kind,
      Shape shape,
      int depth,
      String place)
      throws IOException {
    if (depth == shape.rank()) {
      element(parser, writer, kind, place);
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw ElementErrors.noList(shape, place, depth, JsonElements.kind(parser));
    }
    long expected = shape.dimension(depth);
    long count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count < expected) {
        list(parser, writer, kind, shape, depth + 1, place);
      } else {
        parser.skipChildren();
      }
      count++;
    }
    if (count != expected) {
      throw ElementErrors.wrongLength(shape, place, depth, count);
    }
  }

  private static void element(
      JsonParser parser, TensorWriter writer, ElementKind kind, String place) throws IOException {
    ElementType type = writer.spec().type();
    if (parser.currentToken() == JsonToken.START_ARRAY && kind != ElementKind.COMPLEX) {
      throw ElementErrors.tooDeep(writer.rowShape(), place);
    }
    switch (kind) {
      case REAL -> writer.put(JsonElements.real(parser, type, place));
      case INTEGER -> writer.put(JsonElements.integer(parser, type, place));
      case BOOLEAN -> writer.put(JsonElements.bool(parser, place));
      case BYTES -> writer.put(JsonElements.bytes(parser, place));
      case COMPLEX -> complex(parser, writer, place);
      case RAW_ONLY -> throw new IllegalStateException("not written from JSON: " + type);
    }
  }

  private static void complex(JsonParser parser, TensorWriter writer, String place)
      throws IOException {
    ElementType type = writer.spec().type();
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw JsonElements.wrongType(parser, type, place);
    }
    for (int part = 0; part < 2; part++) {
      if (parser.nextToken() == JsonToken.END_ARRAY) {
        throw ElementErrors.notAPair(type, place);
      }
      writer.put(JsonElements.real(parser, type, place));
    }
    if (parser.nextToken() != JsonToken.END_ARRAY) {
      throw ElementErrors.notAPair(type, place);
    }
  }
}
