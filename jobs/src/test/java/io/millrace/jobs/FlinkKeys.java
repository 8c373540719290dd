package io.millrace.jobs;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;

/** The keys of Flink's configuration, as its own classes have them. */
public final class FlinkKeys {
  private static final Set<String> KEYS =
      Stream.of(
              CheckpointingOptions.class,
              CoreOptions.class,
              HeartbeatManagerOptions.class,
              HighAvailabilityOptions.class,
              JobManagerOptions.class,
              KubernetesConfigOptions.class,
              RestOptions.class,
              StateBackendOptions.class,
              TaskManagerOptions.class)
          .flatMap(options -> Arrays.stream(options.getFields()))
          .filter(field -> Modifier.isStatic(field.getModifiers()))
          .filter(field -> field.getType() == ConfigOption.class)
          .map(FlinkKeys::key)
          .collect(Collectors.toUnmodifiableSet());

  private FlinkKeys() {}

  /** Whether there is such a key; those of file systems and reporters are their own. */
  public static boolean contains(String key) {
    return KEYS.contains(key) || key.matches("(s3|metrics\\.reporter)\\..*");
  }

  private static String key(Field field) {
    try {
      return ((ConfigOption<?>) field.get(null)).key();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
