package io.millrace.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.flink.SignatureJson;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelSize;
import io.millrace.serving.MemoryDemand;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.SavedModelInfo;
import io.millrace.tensorflow.VariableInfo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.TaskManagerOptions;

/** What {@code model show} prints, as text and as JSON. */
final class ModelReport {
  private static final int FORMAT = 1;

  /** Of a TaskManager, for which the memory is worked out. */
  private static final List<Integer> SLOTS = List.of(1, 2, 4, 8);

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final URI location;
  private final ModelFiles opened;
  private final SavedModelInfo info;
  private final SavedModelInfo.Graph graph;
  private final SortedMap<String, Long> files = new TreeMap<>();

  private ModelReport(
      URI location, ModelFiles opened, SavedModelInfo info, SavedModelInfo.Graph graph) {
    this.location = location;
    this.opened = opened;
    this.info = info;
    this.graph = graph;
  }

  /** Reads nothing but the sizes of the files. */
  static ModelReport of(
      ModelArgument.Opened opened, SavedModelInfo info, SavedModelInfo.Graph graph)
      throws IOException {
    ModelReport report = new ModelReport(opened.location(), opened.files(), info, graph);
    Path directory = opened.files().directory();
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        report.files.put(directory.relativize(file).toString(), Files.size(file));
      }
    }
    return report;
  }

  /** The stable form for scripts: an unknown rank is null, an unknown dimension -1. */
  String toJson() throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("location", location.toString()).put("digest", opened.digest());
    root.put("bytes", opened.bytes());
    ArrayNode list = root.putArray("files");
    files.forEach((path, size) -> list.addObject().put("path", path).put("size", size));
    ObjectNode memory = root.putObject("native-memory");
    memory.put("bytes-per-version", demand(1).bytesPerCopy());
    memory.put("tensorflow-bytes", MemoryDemand.TENSORFLOW_BYTES);
    ObjectNode bySlots = memory.putObject("off-heap-size");
    SLOTS.forEach(slots -> bySlots.put(slots.toString(), offHeap(slots)));
    root.put("tensorflow-version", graph.tensorFlowVersion());
    graph.tags().forEach(root.putArray("tags")::add);
    ArrayNode tagSets = root.putArray("tag-sets");
    info.graphs().forEach(each -> each.tags().forEach(tagSets.addArray()::add));
    ObjectNode signatures = root.putObject("signatures");
    for (SavedModelInfo.Callable callable : graph.signatures()) {
      Signature signature = callable.signature();
      ObjectNode node = signatures.putObject(signature.name());
      node.put("batch-dimension", signature.hasBatchDimension());
      SignatureJson.put(node, signature);
    }
    ObjectNode unusable = root.putObject("unusable-signatures");
    new TreeMap<>(graph.unusable()).forEach(unusable::put);
    ObjectNode variables = root.putObject("variables");
    for (VariableInfo variable : info.variables()) {
      ObjectNode node = variables.putObject(variable.name());
      SignatureJson.put(node, variable.dtype(), variable.shape());
      node.put("bytes", variable.bytes());
    }
    ObjectNode ops = root.putObject("ops");
    new TreeMap<>(graph.ops()).forEach(ops::put);
    return JSON.writeValueAsString(root) + "\n";
  }

  String toText() {
    StringBuilder text = new StringBuilder();
    line(text, "location", location.toString());
    line(text, "digest", opened.digest());
    line(text, "size", size(opened.bytes()) + " in " + files.size() + " files");
    files.forEach((path, size) -> line(text, "", path + ": " + size(size)));
    line(text, "memory", memory());
    String writer = graph.tensorFlowVersion();
    line(text, "TensorFlow", writer.isEmpty() ? "version not recorded" : writer);
    line(text, "tags", graph.tags() + others());
    for (SavedModelInfo.Callable callable : graph.signatures()) {
      Signature signature = callable.signature();
      text.append("\nsignature '").append(signature.name()).append("'");
      text.append(signature.hasBatchDimension() ? "\n" : " (no batch dimension)\n");
      signature.inputs().forEach(input -> line(text, "  input", input.toString()));
      signature.outputs().forEach(output -> line(text, "  output", output.toString()));
    }
    new TreeMap<>(graph.unusable())
        .forEach((key, why) -> text.append("\nunusable: ").append(why).append('\n'));
    text.append("\nvariables: ").append(info.variables().size());
    text.append(", ").append(elements()).append(" elements\n");
    for (VariableInfo variable : info.variables()) {
      line(text, "", "'" + variable.name() + "': " + variable.dtype() + variable.shape());
    }
    text.append("\nops: ").append(graph.ops().values().stream().mapToInt(n -> n).sum());
    text.append(" nodes of ").append(graph.ops().size()).append(" ops\n  ");
    text.append(
        new TreeMap<>(graph.ops())
            .entrySet().stream()
                .map(entry -> entry.getKey() + " x" + entry.getValue())
                .collect(Collectors.joining(", ")));
    return text.append('\n').toString();
  }

  private String memory() {
    String sizes =
        SLOTS.stream()
            .map(slots -> offHeap(slots) + " for " + slots + (slots == 1 ? " slot" : ""))
            .collect(Collectors.joining(", "));
    return TaskManagerOptions.TASK_OFF_HEAP_MEMORY.key()
        + " "
        + sizes
        + ": two versions of "
        + MemoryDemand.mebibytes(demand(1).bytesPerCopy())
        + " a slot, "
        + MemoryDemand.mebibytes(MemoryDemand.TENSORFLOW_BYTES)
        + " for TensorFlow; with model.sharing: task-manager as for 1 slot";
  }

  private String offHeap(int slots) {
    return MemoryDemand.mebibytes(demand(slots).bytes());
  }

  /** As where one version takes over from another. */
  private MemoryDemand demand(int slots) {
    ModelSize size = ModelSize.NONE;
    for (Map.Entry<String, Long> file : files.entrySet()) {
      size = size.plus(file.getKey(), file.getValue());
    }
    return new MemoryDemand(size, 2, slots);
  }

  private String others() {
    List<List<String>> all = info.graphs().stream().map(SavedModelInfo.Graph::tags).toList();
    return all.size() == 1 ? "" : " of " + all + " (--tags)";
  }

  private long elements() {
    return info.variables().stream()
        .map(VariableInfo::shape)
        .filter(Shape::isFullyKnown)
        .mapToLong(Shape::elements)
        .sum();
  }

  private static void line(StringBuilder text, String label, String value) {
    text.append(String.format(Locale.ROOT, "%-11s %s%n", label, value));
  }

  private static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    return bytes < 1 << 20
        ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024.0));
  }
}
