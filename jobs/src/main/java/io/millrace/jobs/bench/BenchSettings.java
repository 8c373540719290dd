package io.millrace.jobs.bench;

import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.model.ModelFiles;
import io.millrace.model.OpsPolicy;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is to be measured.
 *
 * @param location the model, as the user knows it
 * @param files of the model; the caller closes them after the run
 * @param tags of the graph, or null for the usual one
 * @param opsPolicy which ops the model may reach
 * @param signature as the model has it
 * @param shapes of inputs, dimension 0 included, that the signature leaves open
 * @param input where records come from
 * @param grid what is tried
 * @param limit of the whole run
 */
public record BenchSettings(
    URI location,
    ModelFiles files,
    @Nullable List<String> tags,
    OpsPolicy opsPolicy,
    Signature signature,
    Map<String, Shape> shapes,
    Input input,
    Grid grid,
    Duration limit) {

  /** Those in which records can be read; Avro's datums have no schema beside them. */
  public static final List<Format> FORMATS = List.of(Format.JSON, Format.RAW, Format.TF_EXAMPLE);

  private static final String DEFAULT_SIGNATURE = "serving_default";

  /**
   * Where records come from.
   *
   * @param file of records, or null where they are made up from the seed
   * @param format of that file's records
   */
  public record Input(@Nullable Path file, Format format, long seed) {
    String inWords(int count) {
      return file == null ? count + " made up, seed " + seed : count + " of " + file;
    }
  }

  /**
   * Batch sizes and thread settings; empty lists stand for what fits the cores.
   *
   * @param cores of this machine
   */
  public record Grid(
      List<Integer> batchSizes,
      List<Integer> intraOps,
      List<Integer> interOps,
      List<Integer> parallelisms,
      int cores) {
    private static final List<Integer> INTER_OPS = List.of(-1, 0);

    public Grid {
      batchSizes = batchSizes.stream().distinct().sorted().toList();
      intraOps = intraOps.stream().distinct().toList();
      interOps = interOps.stream().distinct().toList();
      parallelisms = parallelisms.stream().distinct().sorted().toList();
    }

    /** The thread settings to try: those that fit the cores, and what was asked for. */
    List<Threads> threads() {
      return Threads.product(
              intraOps.isEmpty() ? List.of(1, cores).stream().distinct().toList() : intraOps,
              interOps.isEmpty() ? INTER_OPS : interOps,
              parallelisms.isEmpty() ? Threads.upTo(cores) : parallelisms)
          .stream()
          .filter(it -> it.inOps(cores) <= cores || isAskedFor(it))
          .toList();
    }

    private boolean isAskedFor(Threads it) {
      return parallelisms.isEmpty()
          ? !intraOps.isEmpty() && it.parallelism() == 1
          : !intraOps.isEmpty() || it.intraOp() == 1;
    }

    /** A warning for each setting that has more threads than there are cores. */
    public List<String> warnings() {
      return threads().stream()
          .filter(it -> it.busy(cores) > cores)
          .map(
              it ->
                  it.label()
                      + ": "
                      + it.busy(cores)
                      + " threads on "
                      + cores
                      + " core"
                      + (cores == 1 ? "" : "s")
                      + "; they take turns, so its figures say nothing of a machine that has the"
                      + " cores")
          .toList();
    }
  }

  public BenchSettings {
    shapes = Map.copyOf(shapes);
  }

  /**
   * Finds out what could not be measured, before anything is started.
   *
   * @throws ConfigurationException for a shape that does not fit or is open, naming input and
   *     option; for records that cannot be read
   */
  public void check() throws ConfigurationException {
    Signature narrowed = signature;
    for (Map.Entry<String, Shape> stated : new TreeMap<>(shapes).entrySet()) {
      narrowed = narrowed(narrowed, stated.getKey(), stated.getValue());
    }
    Samples.requireFillable(narrowed, input.file() == null);
    if (input.file() != null && !Files.isReadable(input.file())) {
      throw new ConfigurationException(
          "cannot read records '" + input.file() + "': no such file, or not readable");
    }
  }

  // One at a time, so that the option that is wrong is the one that is named.
  private static Signature narrowed(Signature signature, String name, Shape shape)
      throws ConfigurationException {
    try {
      return signature.withInputShapes(Map.of(name, shape));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "--input-shape " + name + "=" + shape + ": " + e.getMessage(), e);
    }
  }

  Task task() {
    Map<String, long[]> dimensions = new TreeMap<>();
    shapes.forEach((name, shape) -> dimensions.put(name, shape.dimensions()));
    return new Task(
        files.directory().toString(),
        tags,
        opsPolicy,
        signature.name(),
        dimensions,
        input.file() == null ? null : input.file().toAbsolutePath().toString(),
        input.format(),
        input.seed());
  }

  /** What a job has to be told besides the choice, by option key. */
  Map<String, String> jobOptions() {
    Map<String, String> options = new LinkedHashMap<>();
    if (!signature.name().equals(DEFAULT_SIGNATURE)) {
      options.put("model.signature-key", signature.name());
    }
    if (tags != null) {
      options.put("model.saved-model-tags", tags.toString());
    }
    if (opsPolicy != OpsPolicy.STANDARD) {
      options.put("model.ops-policy", opsPolicy.name().toLowerCase(Locale.ROOT));
    }
    if (!shapes.isEmpty()) {
      options.put(
          "model.input-shapes",
          new TreeMap<>(shapes)
              .entrySet().stream()
                  .map(it -> it.getKey() + ": " + it.getValue())
                  .collect(Collectors.joining(", ", "{", "}")));
    }
    return options;
  }
}
