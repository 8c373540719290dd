package io.millrace.tensorflow;

import io.millrace.model.OpsPolicy;

/** What an op may do besides computing. */
enum OpClass {
  ALLOWED("allowed", "only computes"),
  READS_GIVEN_FILE("A-asset", "takes the path of a file"),
  BLOCKS("D-block", "can wait for ever, or keeps what other calls see"),
  RUNS_HIDDEN_CODE("D-code", "runs code, or takes an object, that is hidden in data"),
  READS_FILES("D-fs-read", "reads files"),
  WRITES_FILES("D-fs-write", "writes files or prints"),
  LEAVES_PROCESS("D-net", "reaches other processes or devices"),
  ENDS_PROCESS("D-proc", "ends the process"),
  BUILDS_PIPELINE("R-dataset", "builds an input pipeline"),
  TRAINS("R-train", "trains");

  private final String id;
  private final String does;

  OpClass(String id, String does) {
    this.id = id;
    this.does = does;
  }

  /** The class's name in the list of ops. */
  String id() {
    return id;
  }

  /** To be read behind the name of an op. */
  String does() {
    return does + " (" + id + ")";
  }

  /** Whether a policy refuses it whatever its inputs are. */
  boolean isRefusedBy(OpsPolicy policy) {
    return switch (this) {
      case ALLOWED, READS_GIVEN_FILE -> false;
      case BUILDS_PIPELINE, TRAINS -> policy == OpsPolicy.STRICT;
      case BLOCKS, RUNS_HIDDEN_CODE, READS_FILES, WRITES_FILES, LEAVES_PROCESS, ENDS_PROCESS ->
          policy != OpsPolicy.OFF;
    };
  }
}
