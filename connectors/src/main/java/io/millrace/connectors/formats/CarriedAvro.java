package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.Encoder;

/**
 * Chosen fields of a JSON record in the types that a schema gives them, null where the record has
 * none. Not thread-safe.
 */
final class CarriedAvro {
  private static final JsonFactory FACTORY = JsonFactories.within(RecordLimits.UNBOUNDED);

  private final List<String> names;
  private final CarriedFields fields;
  private final List<Schema> types = new ArrayList<>();

  CarriedAvro(List<String> names, Schema schema) {
    this.names = names;
    this.fields = new CarriedFields(names, FACTORY);
    schema.getFields().forEach(field -> types.add(field.schema().getTypes().get(1)));
  }

  void write(Encoder encoder, byte[] record) throws IOException {
    if (!names.isEmpty()) {
      fields.find(record);
    }
    for (int i = 0; i < names.size(); i++) {
      int length = fields.length(i);
      try (JsonParser parser = FACTORY.createParser(record, fields.from(i), length)) {
        boolean absent = length == 0 || parser.nextToken() == JsonToken.VALUE_NULL;
        encoder.writeIndex(absent ? 0 : 1);
        if (!absent && types.get(i).getType() == Schema.Type.STRING) {
          encoder.writeString(
              parser.currentToken() == JsonToken.VALUE_STRING
                  ? parser.getText()
                  : new String(record, fields.from(i), length, UTF_8));
        } else if (!absent) {
          write(encoder, parser, types.get(i), "field '" + names.get(i) + "'");
        }
      }
    }
  }

  private static void write(Encoder encoder, JsonParser parser, Schema type, String place)
      throws IOException {
    switch (type.getType()) {
      case FLOAT -> encoder.writeFloat(single(parser, place));
      case DOUBLE -> encoder.writeDouble(JsonElements.real(parser, ElementType.FLOAT64, place));
      case INT -> encoder.writeLong(JsonElements.integer(parser, ElementType.INT32, place));
      case LONG -> encoder.writeLong(JsonElements.integer(parser, ElementType.INT64, place));
      case BOOLEAN -> encoder.writeBoolean(bool(parser, place));
      case BYTES -> writeBytes(encoder, parser, type, place);
      case ARRAY -> writeArray(encoder, parser, type, place);
      default -> throw new IllegalStateException(place + " of " + type);
    }
  }

  // Rounded once: the digits may be the shortest of a float.
  private static float single(JsonParser parser, String place) throws IOException {
    double value = JsonElements.real(parser, ElementType.FLOAT32, place);
    return parser.currentToken().isNumeric() ? Float.parseFloat(parser.getText()) : (float) value;
  }

  // A tf.Example has integers for booleans.
  private static boolean bool(JsonParser parser, String place) throws IOException {
    return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        ? JsonElements.integer(parser, ElementType.INT64, place) != 0
        : JsonElements.bool(parser, place);
  }

  private static void writeBytes(Encoder encoder, JsonParser parser, Schema type, String place)
      throws IOException {
    if (type.getLogicalType() == null) {
      encoder.writeBytes(JsonElements.bytes(parser, place));
    } else {
      ScoredAvroFormat.integer(
          encoder, ElementType.UINT64, JsonElements.integer(parser, ElementType.UINT64, place));
    }
  }

  // One value of a tf.Example is no list.
  private static boolean isOneOf(Schema elements, JsonToken token) {
    return switch (elements.getType()) {
      case ARRAY -> false;
      // Those that are no text are an object.
      case BYTES -> token.isScalarValue() || token == JsonToken.START_OBJECT;
      default -> token.isScalarValue();
    };
  }

  // How many there are is known at the end: a block each, which Avro allows.
  private static void writeArray(Encoder encoder, JsonParser parser, Schema type, String place)
      throws IOException {
    if (isOneOf(type.getElementType(), parser.currentToken())) {
      encoder.writeArrayStart();
      encoder.setItemCount(1);
      encoder.startItem();
      write(encoder, parser, type.getElementType(), place);
      encoder.writeArrayEnd();
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new RecordException(
          RecordReason.WRONG_TYPE, place + ": expected a list, got " + JsonElements.kind(parser));
    }
    encoder.writeArrayStart();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      encoder.setItemCount(1);
      encoder.startItem();
      write(encoder, parser, type.getElementType(), place);
    }
    encoder.writeArrayEnd();
  }
}
