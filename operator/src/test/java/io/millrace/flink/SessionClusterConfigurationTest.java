package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;

/** The shipped config.yaml, read as Flink reads it. */
class SessionClusterConfigurationTest {
  private final Configuration configuration =
      GlobalConfiguration.loadConfiguration(Path.of("..", "flink-conf").toString());

  @Test
  void keys_areThoseOfFlink() {
    Set<String> known =
        Stream.of(
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
    assertThat(configuration.keySet())
        .isNotEmpty()
        .allSatisfy(
            key ->
                assertThat(known.contains(key) || key.matches("(s3|metrics\\.reporter)\\..*"))
                    .as(key)
                    .isTrue());
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
