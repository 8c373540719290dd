package io.millrace.jobs.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command: one line on stderr and an exit code. */
final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandException(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The command was right, but what it asked for did not work. */
  static CommandException failed(String message, @Nullable Throwable cause) {
    return new CommandException(ExitCode.FAILED, message, cause);
  }

  /** The command, its configuration or its input file is wrong. */
  static CommandException usage(String message, @Nullable Throwable cause) {
    return new CommandException(ExitCode.USAGE, message, cause);
  }

  /** The command did what it was asked to, and what it looked at is refused. */
  static CommandException refused(String message) {
    return new CommandException(ExitCode.REFUSED, message, null);
  }

  /** The command was sent, and a job wants nothing of the version that it is about. */
  static CommandException rejected(String message) {
    return new CommandException(ExitCode.REJECTED, message, null);
  }

  int exitCode() {
    return exitCode;
  }
}
