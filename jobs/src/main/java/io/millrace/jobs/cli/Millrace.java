package io.millrace.jobs.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The command line's entry.
 *
 * <pre>{@code
 * int exitCode = Millrace.execute(out, err, "model", "show", "/models/fraud/7");
 * }</pre>
 */
@Command(
    name = "millrace",
    description = "Scores streams with TensorFlow SavedModels inside Apache Flink.",
    subcommands = {
      DemoCommand.class,
      ScoreTopicCommand.class,
      RecordCommand.class,
      ReplayCommand.class,
      CompareCommand.class,
      ModelCommand.class,
      BenchCommand.class,
      ClusterCommand.class,
      RuntimeJarsCommand.class
    },
    versionProvider = Millrace.Version.class,
    footer = {"", "Example:", "  millrace model show /models/fraud/7"})
public final class Millrace {

  // Inherited by every command; read back by the error handler.
  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // Picocli acts on it.
  private boolean help;

  // Not inherited: --version of a command is a model's.
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  @SuppressWarnings("UnusedVariable")
  private boolean version;

  Millrace() {}

  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exitCode = execute(out, err, args);
    out.flush();
    err.flush();
    // Not a return: threads of Flink's file systems would keep the JVM.
    System.exit(exitCode);
  }

  /**
   * Runs one command in this JVM.
   *
   * @return the exit code: 0 done, 1 failed, 2 wrong usage or configuration, 3 refused by policy, 4
   *     rejected by the job
   */
  public static int execute(PrintWriter out, PrintWriter err, String... args) {
    Millrace root = new Millrace();
    return root.commandLine()
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler(ErrorLine::ofUsage)
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> ErrorLine.of(exception, command, root.verbose))
        .execute(args);
  }

  /** All commands, as they parse. */
  CommandLine commandLine() {
    return new CommandLine(this)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true);
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Millrace.class.getPackage().getImplementationVersion();
      return new String[] {"millrace " + (version == null ? "unpackaged" : version)};
    }
  }
}
