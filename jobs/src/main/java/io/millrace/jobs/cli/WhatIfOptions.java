package io.millrace.jobs.cli;

import io.millrace.jobs.whatif.OutputValue;
import io.millrace.jobs.whatif.Question;
import io.millrace.jobs.whatif.WhatIf;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** What is asked of two outputs, and where the answer goes. */
final class WhatIfOptions {
  private static final int MAX_SLICES = 1000;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Where an HTML report of what is decided otherwise is written, with plots and the records"
              + " that differ most.")
  private @Nullable Path report;

  @Option(
      names = "--output-name",
      paramLabel = "NAME[:INDEX]",
      converter = ValueConverter.class,
      description =
          "The number that the report is about: an output, and its element row by row; by default"
              + " the only number there is.")
  private OutputValue value = OutputValue.ONLY;

  @Option(
      names = "--threshold",
      paramLabel = "NUMBER",
      defaultValue = "0.5",
      description = "From which number on the decision is a yes; by default ${DEFAULT-VALUE}.")
  private double threshold;

  @Option(
      names = "--by",
      paramLabel = "FIELD",
      description =
          "A field of the output records, or key, by whose values the report has a table; numbers"
              + " of many values make ranges.")
  private @Nullable String by;

  @Option(
      names = "--slices",
      paramLabel = "NUMBER",
      defaultValue = "12",
      description =
          "How many values of it have a line of their own, those of most records first; by default"
              + " ${DEFAULT-VALUE}.")
  private int slices;

  @Option(
      names = "--join",
      paramLabel = "FIELD",
      split = ",",
      description =
          "What says that two records are the same one: fields of the output records, or key; by"
              + " default the key and all fields.")
  private List<String> join = List.of();

  /** Reads {@code NAME[:INDEX]}. */
  private static final class ValueConverter implements ITypeConverter<OutputValue> {
    @Override
    public OutputValue convert(String text) {
      try {
        return OutputValue.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  boolean isAsked() {
    return report != null;
  }

  /** Refuses what would be found wrong only after the outputs are read. */
  void check(@Nullable CommandSpec spec) {
    if (report == null) {
      for (String option : List.of("--output-name", "--threshold", "--by", "--slices", "--join")) {
        if (spec != null && spec.commandLine().getParseResult().hasMatchedOption(option)) {
          throw new ParameterException(
              spec.commandLine(), option + " is about the report: expected --report FILE as well");
        }
      }
      return;
    }
    OptionChecks.requireWritable(spec, "--report", report);
    OptionChecks.requireRange(spec, "--slices", slices, 1, MAX_SLICES);
    if (spec != null && !Double.isFinite(threshold)) {
      throw new ParameterException(
          spec.commandLine(), "--threshold " + threshold + ": expected a finite number");
    }
  }

  /**
   * Refuses names that the records of an output do not have.
   *
   * @param fields that they carry
   * @param otherBase whether the output that slices are cut by is another one
   */
  void requireNames(@Nullable CommandSpec spec, List<String> fields, boolean otherBase) {
    for (String name : join) {
      requireName(spec, "--join", name, fields);
    }
    if (by != null && !otherBase) {
      requireName(spec, "--by", by, fields);
    }
  }

  private static void requireName(
      @Nullable CommandSpec spec, String option, String name, List<String> fields) {
    if (spec != null && !name.equals(Question.KEY) && !fields.contains(name)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s %s: expected key, or one of output.fields, which are %s"
              .formatted(option, name, fields));
    }
  }

  /**
   * Refuses a base of which there can be no report.
   *
   * @throws IOException if there is nothing, or its first record lacks what is asked for
   */
  void requireBase(URI base) throws IOException {
    WhatIf.require(base, question());
  }

  private Question question() {
    return new Question(value, threshold, join, by, slices);
  }

  /** Writes the report and says what it amounts to; whether one was asked for is known. */
  void write(URI base, URI other, PrintWriter out) throws CommandException {
    Path file = Objects.requireNonNull(report, "--report");
    try {
      WhatIf.Summary found = WhatIf.report(base, other, question(), file);
      out.printf(
          Locale.ROOT,
          "compared=%d changed=%d (%.2f%%) only-base=%d only-other=%d%n",
          found.pairs(),
          found.changed(),
          100.0 * found.changed() / Math.max(1, found.pairs()),
          found.onlyBase(),
          found.onlyOther());
      out.println("Report: " + file.toAbsolutePath());
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
  }
}
