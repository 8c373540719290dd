package io.millrace.jobs;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A Flink MiniCluster with the score-topic job between the topics of a real broker. */
final class ScoringBench implements AutoCloseable {
  final ScoringTopics topics;
  final MiniCluster cluster;
  private final Path folder;

  ScoringBench(Path folder, int taskManagers) throws Exception {
    this.folder = folder;
    topics = new ScoringTopics(folder);
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(taskManagers)
                .setNumSlotsPerTaskManager(2)
                .withRandomPorts()
                .build());
    cluster.start();
  }

  JobID submit(Configuration config, int parallelism, String savepoint) throws Exception {
    Configuration flink = new Configuration();
    flink.setString("parallelism.default", Integer.toString(parallelism));
    flink.setString("restart-strategy.type", "fixed-delay");
    flink.setString("restart-strategy.fixed-delay.attempts", "100");
    flink.setString("restart-strategy.fixed-delay.delay", "100 ms");
    if (savepoint != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(flink);
    ScoreTopicJob.build(env, config);
    JobGraph graph = env.getStreamGraph().getJobGraph();
    if (savepoint != null) {
      graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
    }
    cluster.submitJob(graph).get();
    ScoringTopics.await(
        "the job runs", () -> cluster.getJobStatus(graph.getJobID()).get() == JobStatus.RUNNING);
    return graph.getJobID();
  }

  String stopWithSavepoint(JobID job) throws Exception {
    return cluster
        .stopWithSavepoint(
            job,
            folder.resolve("savepoints").toUri().toString(),
            false,
            SavepointFormatType.CANONICAL)
        .get(3, TimeUnit.MINUTES);
  }

  @Override
  public void close() throws Exception {
    cluster.close();
    topics.close();
  }
}
