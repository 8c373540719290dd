package io.millrace.jobs.cli;

import io.millrace.flink.RuntimeJars;
import io.millrace.jobs.cluster.ClusterException;
import io.millrace.jobs.cluster.FlinkHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lays the jars that a cluster of one's own needs into its lib/. */
@Command(
    name = "runtime-jars",
    description =
        "Copies the jars that a Flink 2 cluster needs in its lib/ beside Flink's own: TensorFlow,"
            + " JavaCPP, ndarray, protobuf, JNA, xz and the Hadoop client. What is there already stays.",
    footer = {
      "",
      "Run it on every machine of the cluster, or in its image, then restart the cluster.",
      "",
      "Examples:",
      "  millrace runtime-jars /opt/flink/lib",
      "  millrace runtime-jars --without-hadoop /opt/flink/lib"
    })
final class RuntimeJarsCommand implements Callable<Integer> {

  /** What a cluster needs besides, as it stands in its config.yaml. */
  private static final String SETTINGS =
      """

      The cluster's config.yaml needs these as well (conf/flink/config.yaml gives the reasons):

      classloader.parent-first-patterns.additional: org.tensorflow.;org.bytedeco.;com.google.protobuf.
      # Behind the options that stand there:
      env.java.opts.all: >-
        -Dorg.bytedeco.javacpp.maxPhysicalBytes=0
        -Dorg.bytedeco.javacpp.maxBytes=0
        -Dorg.bytedeco.javacpp.nopointergc=true
        -Dorg.bytedeco.javacpp.cachedir=/var/cache/millrace/javacpp
      # For one small model; 'millrace model show PATH' says how much for another:
      taskmanager.memory.task.off-heap.size: 1g
      """;

  @Parameters(paramLabel = "DIR", description = "The cluster's lib/; created where it is missing.")
  private Path directory = Path.of("");

  @Option(
      names = "--without-hadoop",
      description = "Leave the Hadoop client out, for clusters that have Hadoop.")
  private boolean withoutHadoop;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws ClusterException, CommandException, IOException {
    List<String> artifacts = new ArrayList<>(RuntimeJars.REQUIRED);
    artifacts.addAll(RuntimeJars.MEMORY_STAGING);
    artifacts.addAll(RuntimeJars.CODECS);
    if (!withoutHadoop) {
      artifacts.addAll(RuntimeJars.HADOOP);
    }
    Path lib = FlinkHome.ofThisJvm().root().resolve("lib");
    RuntimeJarsCopy copy = RuntimeJarsCopy.of(lib, artifacts, directory);
    List<String> copied = copy.run();
    PrintWriter out = Console.out(spec);
    copy.jars().forEach(jar -> out.println((copied.contains(jar) ? "copied  " : "there   ") + jar));
    out.print(SETTINGS);
    out.flush();
    return ExitCode.DONE;
  }
}
