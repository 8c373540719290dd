package io.millrace.connectors.formats;

/**
 * Says that a record is not of the plain kind. It is no error: the reader that knows every kind
 * takes the record from its start. One object without a trace, because odd records may be many.
 */
final class NotPlain extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final NotPlain SIGNAL = new NotPlain();

  private NotPlain() {
    super("not a plain record", null, false, false);
  }

  static void unless(boolean plain) {
    if (!plain) {
      throw SIGNAL;
    }
  }
}
