package io.millrace.connectors.files;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A file of the output that is complete and does not show yet.
 *
 * @param name below the output's folder
 * @param scored predictions in it, by version; empty for a file of dead letters
 * @param deadLetters in it
 * @param bytes its size
 * @param recoverable what the file system needs to make it show
 * @param recoverableFormat of those bytes
 */
record WrittenFile(
    String name,
    Map<Long, Long> scored,
    long deadLetters,
    long bytes,
    byte[] recoverable,
    int recoverableFormat) {
  WrittenFile {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(recoverable, "recoverable");
    scored = new TreeMap<>(scored);
  }

  long records() {
    return deadLetters + scored.values().stream().mapToLong(Long::longValue).sum();
  }
}
