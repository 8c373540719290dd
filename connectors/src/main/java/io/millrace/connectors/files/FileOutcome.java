package io.millrace.connectors.files;

import java.util.Objects;

/**
 * What came of a record of a file: a prediction or a dead letter. Immutable; the array is shared,
 * not copied, and nobody writes into it.
 *
 * @param path of the file
 * @param split its number within the file
 * @param partition folder below the output's that it belongs to, empty for that one
 * @param version that scored it, {@link #NO_VERSION} for a dead letter
 * @param line what is to be written: a line without its end, or a record in Avro's binary form
 */
public record FileOutcome(String path, int split, String partition, long version, byte[] line) {
  /** No version scored it. */
  public static final long NO_VERSION = -1;

  public FileOutcome {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(partition, "partition");
    Objects.requireNonNull(line, "line");
  }

  /** Without a partition. */
  public FileOutcome(String path, int split, long version, byte[] line) {
    this(path, split, "", version, line);
  }

  boolean isDeadLetter() {
    return version == NO_VERSION;
  }
}
