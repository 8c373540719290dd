package io.millrace.jobs.cluster;

import org.jspecify.annotations.Nullable;

/** A cluster that cannot be started, or does not answer; the message says what would help. */
public final class ClusterException extends Exception {
  private static final long serialVersionUID = 1L;

  ClusterException(String message) {
    this(message, null);
  }

  ClusterException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
