package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A command in this JVM and what came of it. */
record CommandLineRun(int exitCode, String out, String err) {

  static CommandLineRun of(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = Millrace.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }

  /** With this exit code, and one line that holds all of these. */
  void assertFailed(int expectedExitCode, String... parts) {
    assertThat(err).contains(parts);
    assertThat(err.lines()).hasSize(1);
    assertThat(exitCode).isEqualTo(expectedExitCode);
  }
}
