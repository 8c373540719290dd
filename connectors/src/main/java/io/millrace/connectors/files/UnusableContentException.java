package io.millrace.connectors.files;

import java.io.IOException;

/** A file is whole but of no use to the job, whatever the policy for damaged ones: it fails. */
final class UnusableContentException extends IOException {
  private static final long serialVersionUID = 1L;

  UnusableContentException(String message) {
    super(message);
  }

  static UnusableContentException unfit(Exception schema) {
    return new UnusableContentException(
        "the fields do not fit what the job wants: " + schema.getMessage());
  }

  static UnusableContentException compressed() {
    return new UnusableContentException(
        "a file of this format that is compressed as a whole cannot be read: expected the format's"
            + " own compression");
  }
}
