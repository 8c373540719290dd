package io.millrace.jobs.cluster;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;

/** A process of Flink's, as its main class. */
public enum FlinkRole {
  JOBMANAGER(
      "jobmanager",
      "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
      CoreOptions.FLINK_JM_JVM_OPTIONS),
  TASKMANAGER(
      "taskmanager",
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
      CoreOptions.FLINK_TM_JVM_OPTIONS),
  /** A JobManager for one job, whose main method it runs itself: Flink's application mode. */
  STANDALONE_JOB(
      "standalone-job",
      "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint",
      CoreOptions.FLINK_JM_JVM_OPTIONS);

  private final String word;
  private final String mainClass;
  private final ConfigOption<String> jvmOptions;

  FlinkRole(String word, String mainClass, ConfigOption<String> jvmOptions) {
    this.word = word;
    this.mainClass = mainClass;
    this.jvmOptions = jvmOptions;
  }

  /** As it is spelled on command lines and in file names, such as {@code standalone-job}. */
  @Override
  public String toString() {
    return word;
  }

  String mainClass() {
    return mainClass;
  }

  /** The role's own JVM options, which come behind those of all roles. */
  ConfigOption<String> jvmOptions() {
    return jvmOptions;
  }
}
