package io.millrace.connectors.files;

import java.util.Objects;

/**
 * How files are read, whatever is in them.
 *
 * @param maxRecordBytes what a record may have at the most; longer ones are no records
 * @param maxSplitBytes what a subtask reads at a time, at the most
 * @param damaged what becomes of a file that breaks off or is damaged
 */
public record ReadLimits(int maxRecordBytes, long maxSplitBytes, DamagedFiles damaged) {
  public ReadLimits {
    Objects.requireNonNull(damaged, "damaged");
  }
}
