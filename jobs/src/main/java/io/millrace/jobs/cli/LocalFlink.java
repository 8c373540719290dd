package io.millrace.jobs.cli;

import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;

/** Flink with its web UI inside this JVM, for one job. */
final class LocalFlink implements AutoCloseable {
  private static final String PORTS = "8081-8199";
  private static final int RESTARTS = 10;

  private final MiniCluster cluster;
  private volatile @Nullable JobID job;
  private boolean closed;

  private LocalFlink(MiniCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @param flink Flink's own configuration; what it leaves open is set for one machine
   */
  static LocalFlink start(Configuration flink, int slots) throws Exception {
    Configuration configuration = new Configuration(flink);
    if (!configuration.contains(RestOptions.BIND_PORT)) {
      configuration.set(RestOptions.BIND_PORT, PORTS);
    }
    if (!configuration.contains(RestOptions.ADDRESS)) {
      configuration.set(RestOptions.ADDRESS, "localhost");
    }
    limitRestarts(configuration);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumSlotsPerTaskManager(slots)
                .build());
    try {
      cluster.start();
      return new LocalFlink(cluster);
    } catch (Exception e) {
      cluster.close();
      throw e;
    }
  }

  /** Somebody waits at a prompt: a job that cannot run must say so rather than retry for ever. */
  static void limitRestarts(Configuration configuration) {
    if (!configuration.contains(RestartStrategyOptions.RESTART_STRATEGY)) {
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
      configuration.set(
          RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, RESTARTS);
    }
  }

  /** Where the web UI is. */
  URI address() throws ExecutionException, InterruptedException {
    return cluster.getRestAddress().get();
  }

  /** Runs the job until it ends; empty if it ended well or was cancelled. */
  Optional<Throwable> run(StreamGraph graph) throws ExecutionException, InterruptedException {
    JobID id = cluster.submitJob(graph.getJobGraph()).get().getJobID();
    job = id;
    JobResult result = cluster.requestJobResult(id).get();
    return result.isSuccess() || result.getJobStatus().orElse(null) == JobStatus.CANCELED
        ? Optional.empty()
        : result
            .getSerializedThrowable()
            .map(error -> error.deserializeError(LocalFlink.class.getClassLoader()));
  }

  /** Cancels the job, which gives its models back, and ends Flink. Idempotent, by any thread. */
  @Override
  public synchronized void close() throws Exception {
    // Ctrl-C closes from a shutdown hook while the command closes on its way out.
    if (closed) {
      return;
    }
    closed = true;
    JobID running = job;
    try {
      if (running != null && !cluster.getJobStatus(running).get().isGloballyTerminalState()) {
        cluster.cancelJob(running).get();
        cluster.requestJobResult(running).get();
      }
    } finally {
      cluster.close();
    }
  }
}
