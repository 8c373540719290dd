package io.millrace.jobs.cli;

import java.util.List;

/** Command lines of {@code bin/millrace} that are written down somewhere. */
public final class CommandLines {
  private CommandLines() {}

  /**
   * Parses one without running it.
   *
   * @throws picocli.CommandLine.ParameterException if it is none
   */
  public static void parse(List<String> arguments) {
    new Millrace().commandLine().parseArgs(arguments.toArray(String[]::new));
  }
}
