package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** One Flink in this JVM for all jobs, so that none pays for its start. */
final class LocalCluster implements AutoCloseable {
  private static final int SLOTS = 2;
  private static final long POLL_NANOS = 2_000_000;

  private final MiniCluster cluster;

  private LocalCluster(MiniCluster cluster) {
    this.cluster = cluster;
  }

  static LocalCluster start() throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.BIND_PORT, "0");
    configuration.set(RestOptions.ADDRESS, "localhost");
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumSlotsPerTaskManager(SLOTS)
                .build());
    cluster.start();
    return new LocalCluster(cluster);
  }

  /** As {@code score-topic} configures its job: object reuse, buffers sent in a batch's time. */
  static StreamExecutionEnvironment environment(int parallelism) {
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    flink.set(ExecutionOptions.BUFFER_TIMEOUT, Pipelines.BATCH_TIMEOUT);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(parallelism);
    return env;
  }

  /** Runs a job to its end. */
  JobExecutionResult run(StreamExecutionEnvironment env) throws Exception {
    return cluster.executeJobBlocking(env.getStreamGraph().getJobGraph());
  }

  /**
   * Runs a job to its end. The meter's clock runs from when all subtasks of its source do, which
   * have what they need by then: the model is loaded.
   */
  void runOnceOpen(StreamExecutionEnvironment env, Meter meter) throws Exception {
    JobID job = submit(env);
    while (!isOpen(cluster.getExecutionGraph(job).get())) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    meter.entered();
    await(job);
    meter.stop();
  }

  private static boolean isOpen(AccessExecutionGraph job) {
    if (job.getState().isTerminalState()) {
      return true;
    }
    Iterator<? extends AccessExecutionJobVertex> vertices =
        job.getVerticesTopologically().iterator();
    return vertices.hasNext()
        && Arrays.stream(vertices.next().getTaskVertices())
            .map(AccessExecutionVertex::getExecutionState)
            .allMatch(it -> it == ExecutionState.RUNNING || it == ExecutionState.FINISHED);
  }

  /** Starts a job that somebody {@link #cancel}s, or that {@link #await} sees to its end. */
  JobID submit(StreamExecutionEnvironment env) throws ExecutionException, InterruptedException {
    return cluster.submitJob(env.getStreamGraph().getJobGraph()).get().getJobID();
  }

  /**
   * @throws Exception if the job failed, with its cause
   */
  void await(JobID job) throws Exception {
    cluster.requestJobResult(job).get().toJobExecutionResult(LocalCluster.class.getClassLoader());
  }

  void cancel(JobID job) throws ExecutionException, InterruptedException {
    cluster.cancelJob(job).get();
    cluster.requestJobResult(job).get();
  }

  @Override
  public void close() throws Exception {
    cluster.close();
  }
}
