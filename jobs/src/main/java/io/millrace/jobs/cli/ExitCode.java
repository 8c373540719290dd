package io.millrace.jobs.cli;

/** The exit codes that scripts can trust. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;

  /** Wrong usage or configuration. */
  static final int USAGE = 2;

  /** What was looked at is refused by policy. */
  static final int REFUSED = 3;

  /** The job rejected the version that was published. */
  static final int REJECTED = 4;

  private ExitCode() {}
}
