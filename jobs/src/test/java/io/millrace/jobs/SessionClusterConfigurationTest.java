package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelSize;
import io.millrace.serving.MemoryDemand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalResourceOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped config.yaml and its addition for GPUs, read as Flink reads them. */
class SessionClusterConfigurationTest {
  private final Configuration configuration =
      GlobalConfiguration.loadConfiguration(Path.of("..", "flink-conf").toString());

  private static final Path FILE = Path.of("..", "flink-conf", "config.yaml");

  /** {@code # key: value} in the first column: a key as a whole. */
  private static final Pattern COMMENTED_KEY = Pattern.compile("# ([a-z][A-Za-z.-]*): .*");

  /** Further in: a line of the section that it stands in. */
  private static final Pattern COMMENTED_LINE = Pattern.compile("^( +)# ([a-z][a-z.-]*: \\S+)$");

  @Test
  void keys_areThoseOfFlink() {
    assertThat(configuration.keySet()).isNotEmpty().allMatch(FlinkKeys::contains);
  }

  @Test
  void keysOfExamplesInComments_areThoseOfFlink(@TempDir Path folder) throws IOException {
    List<String> lines = Files.readAllLines(FILE);
    List<String> whole =
        lines.stream()
            .map(COMMENTED_KEY::matcher)
            .filter(Matcher::matches)
            .map(matcher -> matcher.group(1))
            .toList();
    assertThat(whole)
        .contains("high-availability.type", "kubernetes.cluster-id")
        .allMatch(FlinkKeys::contains);

    Files.write(
        folder.resolve("config.yaml"),
        lines.stream().map(line -> COMMENTED_LINE.matcher(line).replaceFirst("$1$2")).toList());
    Configuration uncommented = GlobalConfiguration.loadConfiguration(folder.toString());
    assertThat(uncommented.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)).startsWith("hdfs:///");
    assertThat(uncommented.getString("s3.endpoint", "")).startsWith("http://");
    assertThat(uncommented.keySet()).allMatch(FlinkKeys::contains);
  }

  @Test
  void gpuAddition_behindConfigYaml_switchesFlinksGpuPluginOnAndChangesNothingElse(
      @TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        Files.readString(FILE) + Files.readString(FILE.resolveSibling("config-gpu.yaml")));
    Configuration gpu = GlobalConfiguration.loadConfiguration(folder.toString());

    assertThat(gpu.get(ExternalResourceOptions.EXTERNAL_RESOURCE_LIST)).containsExactly("gpu");
    String parameters =
        ExternalResourceOptions.getExternalResourceParamConfigPrefixForResource("gpu");
    Set<String> added = new HashSet<>(gpu.keySet());
    added.removeAll(configuration.keySet());
    assertThat(added)
        .containsExactlyInAnyOrder(
            ExternalResourceOptions.EXTERNAL_RESOURCE_LIST.key(),
            ExternalResourceOptions.getAmountConfigOptionForResource("gpu"),
            ExternalResourceOptions.getExternalResourceDriverFactoryConfigOptionForResource("gpu"),
            parameters + "discovery-script.path");
    added.forEach(gpu::removeKey);
    assertThat(gpu.toMap()).isEqualTo(configuration.toMap());
  }

  @Test
  void classLoading_takesTensorFlowFromTheCluster() {
    assertThat(CoreOptions.getParentFirstLoaderPatterns(configuration))
        .contains("org.tensorflow.", "org.bytedeco.", "com.google.protobuf.");
  }

  @Test
  void javaOptions_areOneLineWithJavaCppsLimitsOff() {
    assertThat(configuration.get(CoreOptions.FLINK_JVM_OPTIONS))
        .contains("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0")
        .doesNotContain("\n");
  }

  @Test
  void memory_addsUpAndHoldsTwoVersionsOfASmallModelInEverySlot() {
    TaskExecutorProcessSpec process = TaskExecutorProcessUtils.processSpecFromConfig(configuration);

    ModelSize small = new ModelSize(1 << 20, 100 << 20);
    int slots = configuration.get(TaskManagerOptions.NUM_TASK_SLOTS);
    assertThat(process.getTaskOffHeapSize().getBytes())
        .isGreaterThan(new MemoryDemand(small, 2, slots).bytes());
    assertThat(process.getTaskHeapSize().getMebiBytes()).isGreaterThan(512);
  }
}
