package io.millrace.connectors.files;

import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file of the output that is complete and does not show yet.
 *
 * @param name below the output's folder
 * @param scored predictions in it, by version; empty for a file of dead letters
 * @param deadLetters in it
 * @param bytes its size
 * @param checksum CRC-32C of its bytes
 * @param recoverable what the file system needs to make it show, with the version of that form
 */
record WrittenFile(
    String name,
    SortedMap<Long, Long> scored,
    long deadLetters,
    long bytes,
    int checksum,
    byte[] recoverable) {
  WrittenFile {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(recoverable, "recoverable");
    scored = Collections.unmodifiableSortedMap(new TreeMap<>(scored));
  }
}
