package io.millrace.jobs.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * What follows {@code java} to start one of Flink's processes, computed as Flink's own scripts
 * compute it: memory from the configuration, the configuration's JVM options, class path, main
 * class, and the computed sizes as overrides.
 */
public final class JavaArguments {
  private final FlinkHome home;
  private final Map<String, String> overrides;
  private final Configuration configuration;

  /**
   * @param overrides keys that count more than those of {@code config.yaml}
   * @throws ClusterException if the configuration cannot be read
   */
  public JavaArguments(FlinkHome home, Map<String, String> overrides) throws ClusterException {
    this.home = home;
    this.overrides = Map.copyOf(overrides);
    this.configuration = home.configuration(overrides);
  }

  /**
   * @param log the file that the web UI shows as the process's log
   * @param arguments for the main class, behind Flink's own
   * @throws ClusterException if the memory that is configured does not add up
   */
  public List<String> of(FlinkRole role, Path log, List<String> arguments) throws ClusterException {
    List<String> line = new ArrayList<>();
    List<String> sizes = new ArrayList<>();
    try {
      memory(role, line, sizes);
    } catch (IllegalConfigurationException e) {
      throw new ClusterException(home.conf() + ": memory of a " + role + ": " + e.getMessage(), e);
    }
    jvmOptions(role, line);
    line.add("-Dlog.file=" + log.toAbsolutePath());
    line.add("-Dlog4j.configurationFile=" + home.conf().resolve("log4j-console.properties"));
    line.add("-cp");
    line.add(home.lib() + "/*");
    line.add(role.mainClass());
    line.add("--configDir");
    line.add(home.conf().toString());
    overrides.forEach((key, value) -> line.add("-D" + key + "=" + value));
    sizes.forEach(size -> line.add("-D" + size));
    if (role == FlinkRole.STANDALONE_JOB && !namesJars(arguments)) {
      line.add("--jars");
      line.add(home.jobJar().toUri().toString());
    }
    line.addAll(arguments);
    return line;
  }

  // Behind "--" are the job's own arguments.
  private static boolean namesJars(List<String> arguments) {
    return arguments.stream()
        .takeWhile(argument -> !argument.equals("--"))
        .anyMatch(argument -> argument.matches("--?jars(=.*)?"));
  }

  private void memory(FlinkRole role, List<String> line, List<String> sizes) {
    if (role == FlinkRole.TASKMANAGER) {
      TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(configuration);
      line.addAll(words(ProcessMemoryUtils.generateJvmParametersStr(spec)));
      sizes.addAll(sizes(TaskExecutorProcessUtils.generateDynamicConfigsStr(spec)));
    } else {
      JobManagerProcessSpec spec = JobManagerProcessUtils.processSpecFromConfig(configuration);
      line.addAll(words(JobManagerProcessUtils.generateJvmParametersStr(spec, configuration)));
      sizes.addAll(sizes(JobManagerProcessUtils.generateDynamicConfigsStr(spec)));
    }
  }

  private void jvmOptions(FlinkRole role, List<String> line) {
    for (ConfigOption<String> option :
        List.of(
            CoreOptions.FLINK_DEFAULT_JVM_OPTIONS,
            CoreOptions.FLINK_JVM_OPTIONS,
            role.jvmOptions())) {
      line.addAll(words(configuration.get(option)));
    }
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }

  // Flink hands them out as "-D key=value -D key=value".
  private static List<String> sizes(String text) {
    return words(text).stream().filter(word -> !word.equals("-D")).toList();
  }

  /**
   * The arguments as a file for {@code java @file}, one in a line.
   *
   * @see <a href="https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html">the java
   *     launcher's argument files</a>
   */
  public static String toFile(List<String> arguments) {
    return arguments.stream()
        .map(argument -> "\"" + escaped(argument) + "\"\n")
        .collect(Collectors.joining());
  }

  private static String escaped(String argument) {
    return argument
        .replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }
}
