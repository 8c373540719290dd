package io.millrace.jobs.cli;

import io.millrace.jobs.report.HtmlPage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * What picocli does not check of an option's value. A refusal is wrong usage and names option and
 * value; the specification is the command's, as picocli injected it.
 */
final class OptionChecks {
  private OptionChecks() {}

  static void requireRange(@Nullable CommandSpec spec, String option, int value, int min, int max) {
    if (spec != null && (value < min || value > max)) {
      throw new ParameterException(
          spec.commandLine(), "%s %d: expected %d to %d".formatted(option, value, min, max));
    }
  }

  /** A report that cannot be written is known before a run rather than after it. */
  static void requireWritable(@Nullable CommandSpec spec, String option, Path file) {
    HtmlPage.obstacle(file)
        .ifPresent(
            obstacle -> {
              if (spec != null) {
                throw new ParameterException(
                    spec.commandLine(),
                    "%s %s: expected a file that can be written, but %s"
                        .formatted(option, file, obstacle));
              }
            });
  }
}
