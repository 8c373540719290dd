package io.millrace.probe;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the child JVM is started: small, and with what this one runs TensorFlow with. */
final class ProbeCommand {
  private static final String JAVACPP = "org.bytedeco.javacpp.";
  private static final long HEAP_BYTES = 192L << 20;

  /** The graph is parsed on the heap: as read, as protobuf, and as the copy that is checked. */
  private static final int HEAP_PER_GRAPH_BYTE = 8;

  /** Agents and debuggers of the TaskManager would fight over their ports. */
  private static final List<String> JVM_OPTIONS =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  /** A core would be as large as the model, and would lie among the TaskManager's blobs. */
  private static final List<String> WITHOUT_CORE =
      List.of("/bin/sh", "-c", "ulimit -c 0; exec \"$@\"", "sh");

  private ProbeCommand() {}

  static ProcessBuilder of(Path model) throws IOException {
    List<String> line = new ArrayList<>(WITHOUT_CORE);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-Xmx" + (HEAP_BYTES + HEAP_PER_GRAPH_BYTE * graphBytes(model)));
    line.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:ErrorFile=/dev/null"));
    line.addAll(javaCppProperties());
    Path code = file(ProbeMain.class.getProtectionDomain().getCodeSource());
    line.add("-cp");
    line.add(classPath(code));
    line.add(ProbeMain.class.getName());
    ProcessBuilder builder =
        new ProcessBuilder(line).directory(directory(code).toFile()).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    JVM_OPTIONS.forEach(environment::remove);
    // A device's memory belongs to this process; ops that are placed on one fall back to the CPU.
    environment.put("CUDA_VISIBLE_DEVICES", "-1");
    environment.putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "1");
    return builder;
  }

  private static long graphBytes(Path model) throws IOException {
    long bytes = 0;
    for (String name : List.of("saved_model.pb", "saved_model.pbtxt")) {
      Path file = model.resolve(name);
      bytes += Files.exists(file) ? Files.size(file) : 0;
    }
    return bytes;
  }

  private static List<String> javaCppProperties() {
    return System.getProperties().stringPropertyNames().stream()
        .filter(key -> key.toLowerCase(Locale.ROOT).startsWith(JAVACPP))
        .map(key -> "-D" + key + "=" + System.getProperty(key))
        .toList();
  }

  /**
   * TensorFlow from where this process has it, and Millrace from where its classes come from: in a
   * cluster, the copy of the job jar that the TaskManager holds. Behind the rest, so that nothing
   * else in that jar takes the place of what the TaskManager loads parent-first. Relative to {@link
   * #directory}: a TaskManager keeps that copy below a folder named {@code tm_<host>:<port>-...},
   * whose colon would part the path in two.
   */
  private static String classPath(Path code) {
    Set<String> entries = new LinkedHashSet<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!entry.isEmpty()) {
        entries.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    entries.add(directory(code).relativize(code).toString());
    return String.join(File.pathSeparator, entries);
  }

  private static Path directory(Path code) {
    return Objects.requireNonNull(code.getParent(), "Millrace's classes lie in the root folder");
  }

  static Path file(@Nullable CodeSource source) throws IOException {
    try {
      if (source != null && source.getLocation() != null) {
        return Path.of(source.getLocation().toURI()).toAbsolutePath();
      }
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      throw new IOException("no file holds Millrace's classes: " + source.getLocation(), e);
    }
    throw new IOException("no file holds Millrace's classes: their loader does not say where from");
  }
}
