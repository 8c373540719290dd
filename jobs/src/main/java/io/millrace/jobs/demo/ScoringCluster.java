package io.millrace.jobs.demo;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/** Flink with its web UI in this JVM, and the one job that runs in it. */
final class ScoringCluster implements AutoCloseable {
  private final MiniCluster cluster;
  private final URI address;
  private final JobID job;

  private ScoringCluster(MiniCluster cluster, URI address, JobID job) {
    this.cluster = cluster;
    this.address = address;
    this.job = job;
  }

  /**
   * @param slots of the one TaskManager
   * @param ports of the web UI: one, or a range of which the first that is free is taken
   */
  static ScoringCluster run(StreamGraph graph, int slots, String ports) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.BIND_PORT, ports);
    configuration.set(RestOptions.ADDRESS, "localhost");
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumSlotsPerTaskManager(slots)
                .build());
    try {
      cluster.start();
      URI address = cluster.getRestAddress().get();
      return new ScoringCluster(
          cluster, address, cluster.submitJob(graph.getJobGraph()).get().getJobID());
    } catch (Exception e) {
      cluster.close();
      if (ExceptionUtils.findThrowable(e, BindException.class).isPresent()) {
        throw new IOException("port " + ports + " is taken: expected a free one for the web UI", e);
      }
      throw e;
    }
  }

  /** Where the web UI is. */
  URI address() {
    return address;
  }

  /**
   * @throws IOException if the job has ended, with the cause
   */
  void checkRunning() throws IOException, ExecutionException, InterruptedException {
    JobStatus status = cluster.getJobStatus(job).get();
    if (status.isTerminalState()) {
      Throwable cause =
          cluster
              .requestJobResult(job)
              .get()
              .getSerializedThrowable()
              .map(it -> it.deserializeError(ScoringCluster.class.getClassLoader()))
              .orElse(null);
      throw new IOException("the scoring job is " + status + ": " + rootMessage(cause), cause);
    }
  }

  private static String rootMessage(@Nullable Throwable cause) {
    Throwable root = cause;
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    return root == null ? "no cause is known" : root.toString();
  }

  /** Ends the job; what it has committed stays, the rest is never seen. */
  void cancel() throws ExecutionException, InterruptedException {
    cluster.cancelJob(job).get();
    cluster.requestJobResult(job).get();
  }

  @Override
  public void close() throws Exception {
    cluster.close();
  }
}
