package io.millrace.flink;

import java.util.List;

/**
 * The jars that a Flink cluster needs in its {@code lib/}: they are loaded once per process, never
 * with a job.
 */
public final class RuntimeJars {
  /** What to do about jars that are missing or in the wrong place. */
  public static final String MEND =
      "run 'bin/millrace runtime-jars <lib of the cluster>' on each of its machines and restart it";

  /** Names of the artifacts, as their jars' names begin, that no job runs without. */
  public static final List<String> REQUIRED =
      List.of(
          "tensorflow-core-api", "tensorflow-core-native", "ndarray", "javacpp", "protobuf-java");

  /** Those of the Hadoop client, for models and checkpoints on {@code hdfs://}. */
  public static final List<String> HADOOP = List.of("hadoop-client-api", "hadoop-client-runtime");

  /** For models that are kept in memory while they are loaded. */
  public static final List<String> MEMORY_STAGING = List.of("jna");

  /** For Avro files of that codec: Flink's commons-compress looks for it where it lies itself. */
  public static final List<String> CODECS = List.of("xz");

  private RuntimeJars() {}

  /** Is this the name of a jar of the artifact, whatever version or classifier? */
  public static boolean isJarOf(String artifact, String fileName) {
    return fileName.length() > artifact.length() + 1
        && fileName.startsWith(artifact + "-")
        && Character.isDigit(fileName.charAt(artifact.length() + 1))
        && fileName.endsWith(".jar");
  }
}
