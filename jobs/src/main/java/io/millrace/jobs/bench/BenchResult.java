package io.millrace.jobs.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run found out.
 *
 * @param subject what was measured
 * @param rounds how often each cell had its turn, the warm-up left out
 * @param turnMillis how long a turn was
 * @param anchor records a second of the loop that opens each round
 * @param cells the figures
 * @param choice the configuration to use
 */
public record BenchResult(
    Subject subject,
    int rounds,
    long turnMillis,
    Spread anchor,
    List<CellResult> cells,
    Choice choice) {
  private static final double UNEVEN = 0.15;
  private static final int FORMAT = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * What was measured, where.
   *
   * @param location of the model
   * @param digest of its files
   * @param signature the key
   * @param settings options that the job needs besides those that are chosen, by key
   * @param records where they come from, in words
   * @param machine in words
   * @param cores of it
   * @param notes what was left out, and why
   */
  public record Subject(
      String location,
      String digest,
      String signature,
      Map<String, String> settings,
      String records,
      String machine,
      int cores,
      List<String> notes) {
    public Subject {
      settings = new LinkedHashMap<>(settings);
      notes = List.copyOf(notes);
    }
  }

  public BenchResult {
    cells = List.copyOf(cells);
  }

  /** Whether the machine was quiet enough for the figures to mean something. */
  public boolean isEven() {
    return unevenness() <= UNEVEN;
  }

  /**
   * How far apart rounds lie: of the loop that opens each, or of the cell to use if that is more.
   */
  double unevenness() {
    return Math.max(anchor.relative(), choice.picked().perSecond().relative());
  }

  /** How even it was, in words. */
  public String evenness() {
    return String.format(
        Locale.ROOT,
        "%sover %d rounds the same loop varied by +-%.0f%%, the setting to use by +-%.0f%%%s",
        isEven() ? "" : "the machine is too uneven: ",
        rounds,
        100 * anchor.relative(),
        100 * choice.picked().perSecond().relative(),
        isEven() ? "" : " (15% at the most expected); run again when it is quiet");
  }

  /** The options to use, by key, in the order of the documentation. */
  public Map<String, String> configuration() {
    Threads threads = choice.picked().cell().threads();
    Map<String, String> options = new LinkedHashMap<>();
    options.put("job.parallelism", Integer.toString(threads.parallelism()));
    options.putAll(subject.settings());
    options.put("batching.max-batch-size", Integer.toString(choice.picked().cell().batchSize()));
    options.put("batching.batch-timeout", choice.batchTimeout().toMillis() + " ms");
    options.put("engine.intra-op-parallelism", Integer.toString(threads.intraOp()));
    options.put("engine.inter-op-parallelism", Integer.toString(threads.interOp()));
    return options;
  }

  /** The configuration as a job's YAML file takes it, a line for each section. */
  public String yaml() {
    Map<String, StringBuilder> sections = new LinkedHashMap<>();
    configuration()
        .forEach(
            (key, value) -> {
              int dot = key.indexOf('.');
              StringBuilder section =
                  sections.computeIfAbsent(key.substring(0, dot), name -> new StringBuilder());
              section.append(section.isEmpty() ? "" : ", ");
              section.append(key.substring(dot + 1)).append(": ").append(value);
            });
    StringBuilder yaml = new StringBuilder();
    sections.forEach(
        (name, values) -> yaml.append(name).append(": {").append(values).append("}\n"));
    return yaml.toString();
  }

  /** The stable form for scripts. */
  public String toJson() throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("location", subject.location()).put("digest", subject.digest());
    root.put("signature", subject.signature()).put("records", subject.records());
    root.putObject("machine").put("description", subject.machine()).put("cores", subject.cores());
    root.put("rounds", rounds).put("turn-millis", turnMillis).put("even", isEven());
    root.set("anchor-records-per-second", JSON.valueToTree(anchor));
    root.putPOJO("configuration", configuration());
    root.putPOJO("reasons", choice.reasons());
    root.putPOJO("notes", subject.notes());
    root.putArray("cells");
    cells.forEach(cell -> root.withArray("/cells").add(json(cell)));
    return JSON.writeValueAsString(root);
  }

  private ObjectNode json(CellResult result) {
    Threads threads = result.cell().threads();
    ObjectNode cell = JSON.createObjectNode();
    cell.put("batch-size", result.cell().batchSize());
    cell.put("intra-op-parallelism", threads.intraOp());
    cell.put("inter-op-parallelism", threads.interOp());
    cell.put("parallelism", threads.parallelism());
    cell.put("picked", result.equals(choice.picked()));
    cell.set("records-per-second", JSON.valueToTree(result.perSecond()));
    cell.set("cpu-micros-per-record", JSON.valueToTree(result.cpuMicros()));
    cell.set("p50-micros", JSON.valueToTree(result.p50Micros()));
    cell.set("p99-micros", JSON.valueToTree(result.p99Micros()));
    cell.set("bare-loop-records-per-second", JSON.valueToTree(result.loopPerSecond()));
    cell.set("ratio-to-bare-loop", JSON.valueToTree(result.ofLoop()));
    cell.set("ratio-to-bare-call", JSON.valueToTree(result.ofCall()));
    return cell;
  }
}
