package io.millrace.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command prints: what picocli was told, never System.out itself. */
final class Console {

  private Console() {}

  /**
   * @param spec as picocli injected it
   */
  static PrintWriter out(@Nullable CommandSpec spec) {
    return Objects.requireNonNull(spec, "spec").commandLine().getOut();
  }

  /** Where it says how it goes on. */
  static PrintWriter err(@Nullable CommandSpec spec) {
    return Objects.requireNonNull(spec, "spec").commandLine().getErr();
  }

  /** Whether standard output is a terminal. */
  // System.console() answers for input and output at once, and from Java 22 on always.
  static boolean isTerminal() {
    try {
      Path out = Files.readSymbolicLink(Path.of("/proc/self/fd/1"));
      return out.startsWith("/dev/pts") || out.toString().startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
