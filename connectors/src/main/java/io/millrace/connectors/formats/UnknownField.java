package io.millrace.connectors.formats;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;

/** Refuses a field that goes nowhere. */
final class UnknownField {
  private static final int MAX_NAME_IN_MESSAGE = 64;

  private UnknownField() {}

  /** The refusal, which lists what there is. */
  static RecordException of(String name, FieldPlan fields) {
    return new RecordException(
        RecordReason.UNKNOWN_FIELD,
        "unknown field '" + printable(name) + "': expected one of the " + fields.names());
  }

  /** A name from outside, short and on one line. */
  private static String printable(String name) {
    String cut =
        name.length() <= MAX_NAME_IN_MESSAGE
            ? name
            : name.substring(0, MAX_NAME_IN_MESSAGE) + "...";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
