package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalResourceOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped config.yaml and its addition for GPUs, read as Flink reads them. */
class SessionClusterConfigurationTest {
  private static final Path FLINK_CONF = Path.of("..", "flink-conf");

  private final Configuration configuration =
      GlobalConfiguration.loadConfiguration(FLINK_CONF.toString());

  @TempDir private Path folder;

  @Test
  void keys_areThoseOfFlink() {
    Set<String> known = keysOfFlink();
    assertThat(configuration.keySet())
        .isNotEmpty()
        .allSatisfy(
            key ->
                assertThat(known.contains(key) || key.matches("(s3|metrics\\.reporter)\\..*"))
                    .as(key)
                    .isTrue());
  }

  @Test
  void gpuAddition_behindConfigYaml_switchesFlinksGpuPluginOnAndChangesNothingElse()
      throws IOException {
    Configuration gpu = withGpu();

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

  private Configuration withGpu() throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        Files.readString(FLINK_CONF.resolve("config.yaml"))
            + Files.readString(FLINK_CONF.resolve("config-gpu.yaml")));
    return GlobalConfiguration.loadConfiguration(folder.toString());
  }

  private static Set<String> keysOfFlink() {
    return Stream.of(
            CheckpointingOptions.class,
            CoreOptions.class,
            JobManagerOptions.class,
            RestOptions.class,
            StateBackendOptions.class,
            TaskManagerOptions.class)
        .flatMap(options -> Arrays.stream(options.getFields()))
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .filter(field -> field.getType() == ConfigOption.class)
        .map(SessionClusterConfigurationTest::key)
        .collect(Collectors.toSet());
  }

  private static String key(Field field) {
    try {
      return ((ConfigOption<?>) field.get(null)).key();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
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
}
