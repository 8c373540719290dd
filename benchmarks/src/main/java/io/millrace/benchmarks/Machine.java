package io.millrace.benchmarks;

import ai.onnxruntime.OrtEnvironment;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;
import org.tensorflow.TensorFlow;

/**
 * Where the figures come from.
 *
 * @param commit of the working tree, {@code -dirty} where it was changed, {@code unknown} outside
 *     one
 */
record Machine(
    String processor,
    int cores,
    long memoryMebibytes,
    String system,
    String jvm,
    String commit,
    Map<String, String> versions) {

  /** With the versions of the peers beside those of what is ours. */
  static Machine here(String djlVersion) throws IOException, InterruptedException {
    Map<String, String> peers = new TreeMap<>();
    peers.put("onnxruntime", OrtEnvironment.getEnvironment().getVersion());
    peers.put("djl", djlVersion);
    peers.put("kafka-clients", AppInfoParser.getVersion());
    return here(peers);
  }

  static Machine withoutPeers() throws IOException, InterruptedException {
    return here(Map.of());
  }

  private static Machine here(Map<String, String> peers) throws IOException, InterruptedException {
    Map<String, String> versions = new TreeMap<>(peers);
    versions.put("flink", EnvironmentInformation.getVersion());
    versions.put("tensorflow", TensorFlow.version());
    OperatingSystemMXBean os = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        os.getTotalMemorySize() >> 20,
        os.getName() + " " + os.getVersion(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        workingTree(),
        versions);
  }

  private static String processorName() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
      if (line.startsWith("model name")) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return System.getProperty("os.arch");
  }

  private static String workingTree() throws InterruptedException {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 ? answer : "unknown";
    } catch (IOException e) {
      return "unknown";
    }
  }
}
