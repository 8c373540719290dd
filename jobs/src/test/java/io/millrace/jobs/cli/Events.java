package io.millrace.jobs.cli;

import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.time.Instant;

/** Events of model {@code m} on the subtasks of a job. */
record Events(String job, int parallelism) {
  static final String DIGEST = "sha256:" + "a".repeat(64);

  ModelEvent state(int subtask, long version, VersionState state) {
    return event(subtask, version, DIGEST, state, false, null, "");
  }

  ModelEvent active(int subtask, long version) {
    return event(subtask, version, DIGEST, VersionState.AVAILABLE, true, null, "");
  }

  ModelEvent rejected(int subtask, long version, ModelReason reason) {
    return event(subtask, version, DIGEST, VersionState.END, false, reason, "because");
  }

  ModelEvent event(
      int subtask,
      long version,
      String digest,
      VersionState state,
      boolean active,
      ModelReason reason,
      String message) {
    return new ModelEvent(
        Instant.EPOCH,
        job,
        subtask,
        parallelism,
        "m",
        version,
        digest,
        state,
        active,
        reason,
        message,
        LoadTimes.NONE);
  }
}
