package io.millrace.jobs;

/** What a process is killed in. */
enum KillMoment {
  /** A TaskManager copies the files of a version. */
  DOWNLOAD,
  /** A TaskManager has them and looks at them. */
  VERIFY,
  /** A TaskManager runs the version's initialiser. */
  LOAD,
  /** A TaskManager runs its first batches. */
  WARM_UP,
  /** The first subtask has switched to the version, the others are about to. */
  SWITCH,
  /** Records flow and nothing else happens. */
  RUN,
  /** A checkpoint is complete, and its transactions are being committed. */
  COMMIT,
  /** The JobManager, at any time. */
  JOB_MANAGER,
  /** The broker, at any time. */
  BROKER;

  boolean isOfTaskManager() {
    return this != JOB_MANAGER && this != BROKER;
  }

  /** Whether the process that is killed must be at work on a version that it has not got yet. */
  boolean isOfLoad() {
    return ordinal() < SWITCH.ordinal();
  }

  /** Whether a version is published for it. */
  boolean isOfVersion() {
    return ordinal() <= SWITCH.ordinal();
  }
}
