package io.millrace.connectors.files;

/** What becomes of a file that breaks off or is damaged. */
public enum DamagedFiles {
  /** The job fails. */
  FAIL,
  /** The place of the damage is a dead letter; what the file has before it is scored. */
  DEAD_LETTER
}
