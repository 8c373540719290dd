package io.millrace.model;

/** Why a version was rejected or a command refused. The names are part of the status format. */
public enum ModelReason {
  NOT_FOUND,
  OUTSIDE_ROOTS,
  FETCH_FAILED,
  INCOMPLETE,
  DIGEST_MISMATCH,
  UNLISTED_FILE,
  UNTRUSTED,
  TOO_LARGE,
  OP_REFUSED,
  SIGNATURE_MISMATCH,
  PROBE_FAILED,
  LOAD_FAILED,
  WARM_UP_FAILED,
  GOLDEN_MISMATCH,
  CONFLICT,
  STALE,
  MALFORMED_COMMAND
}
