package io.millrace.jobs.cli;

import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.UsageMessage;
import io.millrace.jobs.cluster.ClusterException;
import io.millrace.model.ModelException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong in one line on stderr. */
final class ErrorLine {

  private ErrorLine() {}

  /** A command line that does not parse. */
  static int ofUsage(ParameterException exception, String[] args) {
    CommandLine command = exception.getCommandLine();
    PrintWriter err = command.getErr();
    StringBuilder line =
        new StringBuilder("millrace: ").append(UsageMessage.of(exception, List.of(args)));
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      line.append(": did you mean ").append(String.join(" or ", unmatched.getSuggestions()));
    }
    line.append(" (see '").append(command.getCommandSpec().qualifiedName()).append(" --help')");
    err.println(line);
    return ExitCode.USAGE;
  }

  /** A command that threw. */
  static int of(Exception exception, CommandLine command, boolean verbose) {
    PrintWriter err = command.getErr();
    err.println("millrace: " + oneLine(exception));
    if (verbose) {
      exception.printStackTrace(err);
    }
    if (exception instanceof CommandException known) {
      return known.exitCode();
    }
    return exception instanceof ConfigurationException ? ExitCode.USAGE : ExitCode.FAILED;
  }

  private static boolean isKnown(Exception exception) {
    return exception instanceof CommandException
        || exception instanceof ConfigurationException
        || exception instanceof ClusterException
        || exception instanceof ModelException
        || exception instanceof ParameterException;
  }

  private static String oneLine(Exception exception) {
    String message = exception.getMessage();
    String text =
        isKnown(exception)
            ? String.valueOf(message)
            : exception.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
