package io.millrace.tensorflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The fields of a message that have a length. They are parts of the message's own bytes, and none
 * is kept here but the last of a number: a field of two bytes would take fifty on the heap.
 */
final class DelimitedFields {
  private DelimitedFields() {}

  /** Takes one field. */
  @FunctionalInterface
  interface Visitor {
    void visit(int number, ByteString value) throws IOException;
  }

  /**
   * Shows each field, in their order; those of other kinds are passed over.
   *
   * @throws IOException if it is no message, or has a group
   */
  static void forEach(ByteString message, Visitor visitor) throws IOException {
    CodedInputStream in = message.newCodedInput();
    in.enableAliasing(true);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int type = WireFormat.getTagWireType(tag);
      if (type == WireFormat.WIRETYPE_START_GROUP) {
        // Protobuf 3 skips them by recursion without a limit.
        throw new IOException("there is a group: expected a PredictionLog");
      }
      if (type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        visitor.visit(WireFormat.getTagFieldNumber(tag), in.readBytes());
      } else if (!in.skipField(tag)) {
        throw new IOException("the end of a group that never began");
      }
    }
  }

  /**
   * The last value of each number, which is what counts of a field that is there once.
   *
   * @param mostNumber those above are passed over
   */
  static Map<Integer, ByteString> last(ByteString message, int mostNumber) throws IOException {
    Map<Integer, ByteString> last = new HashMap<>();
    forEach(
        message,
        (number, value) -> {
          if (number <= mostNumber) {
            last.put(number, value);
          }
        });
    return last;
  }
}
