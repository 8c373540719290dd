package io.millrace.connectors.formats;

import java.util.List;

/** The fields of a file are not those that a job wants; the message has all that is wrong. */
public final class UnfitSchemaException extends Exception {
  private static final long serialVersionUID = 1L;

  UnfitSchemaException(List<String> misfits) {
    super(String.join("; ", misfits));
  }
}
