package io.millrace.jobs;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.runtime.client.JobCancellationException;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.metrics.MetricRegistryImpl;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * Flink with its web UI inside this JVM, for one job.
 *
 * <pre>{@code
 * try (LocalFlink flink = LocalFlink.start(new Configuration(), 2)) {
 *   Optional<Throwable> failure = flink.run(graph);
 * }
 * }</pre>
 *
 * <p>Thread-safe, but for one job alone. Whoever started it closes it.
 */
public final class LocalFlink implements AutoCloseable {
  private static final String PORTS = "8081-8199";
  private static final int RESTARTS = 10;
  private static final int TICK_MILLIS = 500;
  private static final String PROGRESS = "millrace-progress";

  private final LocalCluster cluster;
  private final URI address;
  private volatile @Nullable JobID job;
  private boolean closed;

  private LocalFlink(LocalCluster cluster, URI address) {
    this.cluster = cluster;
    this.address = address;
  }

  /**
   * @param flink Flink's own configuration; what it leaves open is set for one machine
   * @throws IOException if no port that the web UI may have is free
   */
  public static LocalFlink start(Configuration flink, int slots) throws Exception {
    Configuration configuration = new Configuration(flink);
    if (!configuration.contains(RestOptions.BIND_PORT)) {
      configuration.set(RestOptions.BIND_PORT, PORTS);
    }
    if (!configuration.contains(RestOptions.ADDRESS)) {
      configuration.set(RestOptions.ADDRESS, "localhost");
    }
    limitRestarts(configuration);
    observe(configuration);
    LocalCluster cluster =
        new LocalCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumSlotsPerTaskManager(slots)
                .build());
    try {
      cluster.start();
      return new LocalFlink(cluster, cluster.getRestAddress().get());
    } catch (Exception e) {
      cluster.close();
      if (ExceptionUtils.findThrowable(e, BindException.class).isPresent()) {
        String ports = configuration.get(RestOptions.BIND_PORT);
        throw new IOException("port " + ports + " is taken: expected a free one for the web UI", e);
      }
      throw e;
    }
  }

  /** A job that cannot run is to say so rather than to retry for ever; unless it is configured. */
  public static void limitRestarts(Configuration configuration) {
    if (!configuration.contains(RestartStrategyOptions.RESTART_STRATEGY)) {
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
      configuration.set(
          RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, RESTARTS);
    }
  }

  private static void observe(Configuration configuration) {
    configuration.setString(
        "metrics.reporter." + PROGRESS + ".factory.class", ReplayProgress.Factory.class.getName());
    // Where reporters are listed, others are not made.
    configuration
        .getOptional(MetricOptions.REPORTERS_LIST)
        .ifPresent(
            listed -> configuration.set(MetricOptions.REPORTERS_LIST, listed + "," + PROGRESS));
  }

  /** Flink's own, of which one reporter is known. */
  private static final class LocalCluster extends MiniCluster {
    private @Nullable ReplayProgress progress;

    LocalCluster(MiniClusterConfiguration configuration) {
      super(configuration);
    }

    @Override
    protected MetricRegistryImpl createMetricRegistry(Configuration config, long maxMessageBytes) {
      MetricRegistryImpl registry = super.createMetricRegistry(config, maxMessageBytes);
      for (MetricReporter reporter : registry.getReporters()) {
        if (reporter instanceof ReplayProgress found) {
          progress = found;
        }
      }
      return registry;
    }
  }

  /** How far the job has come with the files that it reads, if it reads files. */
  public ReplayProgress progress() {
    return Objects.requireNonNull(cluster.progress, "started with it");
  }

  /** Where the web UI is. */
  public URI address() {
    return address;
  }

  /** Starts the job, which {@link #close} ends. */
  public void submit(StreamGraph graph) throws ExecutionException, InterruptedException {
    job = cluster.submitJob(graph.getJobGraph()).get().getJobID();
  }

  /** Runs the job until it ends; empty if it is FINISHED or CANCELED, else what it failed of. */
  public Optional<Throwable> run(StreamGraph graph)
      throws ExecutionException, InterruptedException {
    submit(graph);
    JobResult result = result();
    return isCancelled(result) ? Optional.empty() : failure(result);
  }

  /**
   * Runs a job that has an end, until it ends; empty if it is FINISHED.
   *
   * @param tick is called twice a second meanwhile, by this thread
   * @return what the job failed of, {@link JobCancellationException} if it is CANCELED
   */
  public Optional<Throwable> runUntilFinished(StreamGraph graph, Runnable tick)
      throws ExecutionException, InterruptedException {
    submit(graph);
    JobResult result = result(tick);
    return isCancelled(result)
        ? Optional.of(new JobCancellationException(submitted(), "it was cancelled", null))
        : failure(result);
  }

  private static boolean isCancelled(JobResult result) {
    return result.getJobStatus().orElse(null) == JobStatus.CANCELED;
  }

  /**
   * @throws IOException if the submitted job has ended, with the cause
   */
  public void checkRunning() throws IOException, ExecutionException, InterruptedException {
    JobStatus status = cluster.getJobStatus(submitted()).get();
    if (status.isTerminalState()) {
      Throwable cause = failure(result()).orElse(null);
      throw new IOException("the scoring job is " + status + ": " + rootMessage(cause), cause);
    }
  }

  private JobID submitted() {
    return Objects.requireNonNull(job, "no job was submitted");
  }

  private JobResult result(Runnable tick) throws ExecutionException, InterruptedException {
    CompletableFuture<JobResult> result = cluster.requestJobResult(submitted());
    while (true) {
      try {
        return result.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        tick.run();
      }
    }
  }

  private JobResult result() throws ExecutionException, InterruptedException {
    return cluster.requestJobResult(submitted()).get();
  }

  private static Optional<Throwable> failure(JobResult result) {
    return result
        .getSerializedThrowable()
        .map(error -> error.deserializeError(LocalFlink.class.getClassLoader()));
  }

  private static String rootMessage(@Nullable Throwable cause) {
    Throwable root = cause;
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    return root == null ? "no cause is known" : root.toString();
  }

  /** Cancels the job, which gives its models back, and ends Flink. Idempotent, by any thread. */
  @Override
  public synchronized void close() throws Exception {
    // Ctrl-C closes from a shutdown hook while the command closes on its way out.
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (job != null && !cluster.getJobStatus(submitted()).get().isGloballyTerminalState()) {
        cluster.cancelJob(submitted()).get();
        result();
      }
    } finally {
      cluster.close();
    }
  }
}
