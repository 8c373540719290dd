package io.millrace.jobs.cli;

import io.millrace.flink.InputShapes;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.jobs.bench.Bench;
import io.millrace.jobs.bench.BenchReport;
import io.millrace.jobs.bench.BenchResult;
import io.millrace.jobs.bench.BenchSettings;
import io.millrace.jobs.bench.BenchText;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.SavedModelInfo;
import io.millrace.tensorflow.SavedModelReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** This machine's best batch size and thread settings for a model. */
@Command(
    name = "bench",
    description =
        "Measures a model under batch sizes and thread settings, through the operator in a Flink"
            + " of its own and on the bare engine, and prints the configuration to use.",
    footer = {
      "",
      "Settings take turns in rounds; figures are medians over the rounds. Latency is a record's",
      "time in the operator at full load, from its way into the batch to its emission.",
      "",
      "Examples:",
      "  millrace bench /models/fraud/7",
      "  millrace bench /models/fraud/7 --records sample.jsonl --report fraud-bench.html",
      "  millrace bench /models/text/3 --input-shape ids=[-1,128] --batch-sizes 1,16,64 --json"
    })
final class BenchCommand implements Callable<Integer> {
  private static final int MAX_BATCH_SIZE = 1 << 20;
  private static final int MAX_THREADS = 1024;

  /** Spells the formats as a job's {@code input.format} does. */
  static final class FormatConverter implements ITypeConverter<Format> {
    @Override
    public Format convert(String value) {
      for (Format format : BenchSettings.FORMATS) {
        if (format.spelling().equalsIgnoreCase(value)) {
          return format;
        }
      }
      List<String> known = BenchSettings.FORMATS.stream().map(Format::spelling).toList();
      throw new TypeConversionException("expected one of " + known + ", got '" + value + "'");
    }
  }

  @Mixin private ModelArgument model = new ModelArgument();

  @Mixin private OpsPolicyOption policy = new OpsPolicyOption();

  @Option(
      names = "--signature",
      paramLabel = "KEY",
      description = "Signature to run; by default serving_default, else the only one.")
  private @Nullable String signatureKey;

  @Option(
      names = "--input-shape",
      paramLabel = "INPUT=[D,D]",
      description =
          "Shape of an input whose rank or inner dimensions the signature leaves open, such as"
              + " x=[-1,3]; may be repeated.")
  private Map<String, String> inputShapes = new LinkedHashMap<>();

  @Option(
      names = "--records",
      paramLabel = "FILE",
      description = "Records to score, over and over; by default they are made up.")
  private @Nullable Path records;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "json",
      converter = FormatConverter.class,
      description =
          "Of the records: json, an object a line; raw, the inputs' memory; or tf-example, a"
              + " TFRecord file (default: ${DEFAULT-VALUE}).")
  private Format format = Format.JSON;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Of the made-up records (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--batch-sizes",
      split = ",",
      paramLabel = "NUMBER",
      defaultValue = "1,8,32,128,512",
      description = "Records in a call (default: ${DEFAULT-VALUE}).")
  private List<Integer> batchSizes = List.of();

  @Option(
      names = "--intra-op",
      split = ",",
      paramLabel = "NUMBER",
      description = "Threads inside an op (default: 1 and the number of cores).")
  private List<Integer> intraOps = List.of();

  @Option(
      names = "--inter-op",
      split = ",",
      paramLabel = "NUMBER",
      description =
          "Threads across ops; -1 runs them in the caller's thread, 0 lets TensorFlow choose"
              + " (default: -1 and 0).")
  private List<Integer> interOps = List.of();

  @Option(
      names = "--parallelism",
      split = ",",
      paramLabel = "NUMBER",
      description = "Subtasks (default: 1, 2, 4 and so on up to the number of cores).")
  private List<Integer> parallelisms = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "NUMBER",
      defaultValue = "60",
      description = "How long the whole takes, about (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Where an HTML report with plots is written; by default none is.")
  private @Nullable Path report;

  @Option(names = "--json", description = "Print JSON of a stable schema.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws ModelException, InterruptedException, CommandException {
    OptionChecks.requireRange(spec, "--seconds", seconds, 5, 3_600);
    requireRanges("--batch-sizes", batchSizes, 1, MAX_BATCH_SIZE);
    requireRanges("--intra-op", intraOps, 0, MAX_THREADS);
    requireRanges("--inter-op", interOps, -1, MAX_THREADS);
    requireRanges("--parallelism", parallelisms, 1, MAX_THREADS);
    if (report != null) {
      OptionChecks.requireWritable(spec, "--report", report);
    }
    PrintWriter out = Console.out(spec);
    try (ModelArgument.Opened opened = model.open()) {
      BenchSettings settings = settings(opened);
      settings.grid().warnings().forEach(it -> err().println("millrace: warning: " + it));
      BenchResult result = Bench.run(settings, json ? line -> {} : line -> print(out, line));
      if (report != null) {
        BenchReport.write(result, report);
      }
      out.print(json ? result.toJson() + System.lineSeparator() : BenchText.of(result));
      if (report != null && !json) {
        out.println(System.lineSeparator() + "Report: " + report.toAbsolutePath());
      }
      out.flush();
      if (json && !result.isEven()) {
        err().println("millrace: warning: " + result.evenness());
      }
      return ExitCode.DONE;
    } catch (ConfigurationException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
  }

  private static void print(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }

  private PrintWriter err() {
    return Objects.requireNonNull(spec, "spec").commandLine().getErr();
  }

  private void requireRanges(String option, List<Integer> values, int min, int max) {
    values.forEach(value -> OptionChecks.requireRange(spec, option, value, min, max));
  }

  private BenchSettings settings(ModelArgument.Opened opened)
      throws ModelException, CommandException, ConfigurationException {
    if (records == null && format != Format.JSON && spec != null) {
      throw new ParameterException(
          spec.commandLine(), "--format " + format.spelling() + ": expected --records FILE too");
    }
    BenchSettings settings =
        new BenchSettings(
            opened.location(),
            opened.files(),
            model.tags(),
            policy.policy(),
            signature(SavedModelReader.read(opened.files().directory())),
            shapes(),
            new BenchSettings.Input(records, format, seed),
            new BenchSettings.Grid(
                batchSizes,
                intraOps,
                interOps,
                parallelisms,
                Runtime.getRuntime().availableProcessors()),
            Duration.ofSeconds(seconds));
    settings.check();
    return settings;
  }

  private Map<String, Shape> shapes() throws ConfigurationException {
    Map<String, Shape> shapes = new TreeMap<>();
    for (Map.Entry<String, String> stated : inputShapes.entrySet()) {
      try {
        shapes.put(stated.getKey(), InputShapes.parse(stated.getValue()));
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(
            "--input-shape " + stated.getKey() + "=" + stated.getValue() + ": " + e.getMessage(),
            e);
      }
    }
    return shapes;
  }

  private Signature signature(SavedModelInfo info) throws ModelException, CommandException {
    try {
      return info.graph(model.tags()).signature(signatureKey).signature();
    } catch (ModelException e) {
      if (e.reason() == ModelReason.SIGNATURE_MISMATCH) {
        throw CommandException.usage(String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
  }
}
