package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.ModelEvent;
import io.millrace.testing.check.Await;
import io.millrace.testing.check.CheckReport;
import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.models.TroublesomeModels;
import io.millrace.testing.processes.CommandResult;
import io.millrace.testing.processes.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One fault each, on real processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterFaultsITCase {
  private static final int STEPS_OF_A_LONG_LOAD = 1_200;
  private static final String NATIVE_LOAD = "TF_LoadSessionFromSavedModel";

  @TempDir static Path folder;
  private KafkaBroker broker;
  private ClusterBench bench;

  @BeforeAll
  void start() throws Exception {
    broker = KafkaBroker.start(KafkaBroker.jars(), folder.resolve("kafka"));
    bench = new ClusterBench(folder, broker, it -> it.taskManagers(2).highlyAvailable());
  }

  @AfterAll
  void stop() throws Exception {
    bench.close();
    broker.close();
  }

  /** What a failed test leaves behind must not be in the way of the next. */
  @AfterEach
  void cancelWhatRuns() throws Exception {
    bench.cancelAll();
  }

  private static void assertClean(ScoringTopics topics) throws Exception {
    topics.awaitOutputs();
    CheckReport report = topics.check();
    assertThat(report.isClean()).as(report.toString()).isTrue();
  }

  @Test
  void fault35_taskManagerKilledDuringAProbe_theProbeDiesTooAndTheJobGoesOn() throws Exception {
    try (ScoringTopics topics = bench.topics("probe");
        EventLog events = new EventLog(topics)) {
      topics.version(1);
      // The policy would refuse what the probe is to find out.
      bench.submit(
          topics, 1, "-Dmodel.probe=on", "-Dmodel.probe-timeout=5 min", "-Dmodel.ops-policy=off");
      events.awaitActive(0, 1, 1);
      topics.sendNumbers(0, 1_000);
      topics.awaitOutputs();
      TroublesomeModels.hanging(topics.models.resolve("2"), 2);
      topics.publish(2);
      ScoringTopics.await("a probe runs", () -> probe(0).or(() -> probe(1)).isPresent());
      int victim = probe(0).isPresent() ? 0 : 1;
      ProcessHandle probe = probe(victim).orElseThrow();

      bench.flink.taskManager(victim).kill();
      probe.onExit().get(3, TimeUnit.MINUTES);
      // The restored job would try it out again, for as long as a probe may take.
      Files.delete(topics.models.resolve("2/saved_model.pb"));

      int position = events.position();
      topics.version(3);
      topics.publish(3);
      bench.flink.taskManager(victim).restart();
      bench.flink.awaitTaskManagers(2);
      events.awaitActive(position, 3, 1);
      topics.sendNumbers(1_000, 2_000);
      assertClean(topics);
    }
  }

  /** The child process of a TaskManager, if it has one. */
  private Optional<ProcessHandle> probe(int taskManager) {
    return ProcessHandle.of(bench.flink.taskManager(taskManager).pid())
        .flatMap(process -> process.children().findFirst());
  }

  @Test
  void fault36_jobManagerKilled_theJobGoesOnWithTheSameDigest() throws Exception {
    try (ScoringTopics topics = bench.topics("failover");
        EventLog events = new EventLog(topics)) {
      topics.version(1);
      bench.submit(topics, 2);
      topics.version(2);
      topics.publish(2);
      String digest = events.awaitActive(0, 2, 2).digest();
      topics.sendNumbers(0, 1_000);
      topics.awaitOutputs();
      int position = events.position();

      bench.flink.jobManager().kill();
      topics.sendNumbers(1_000, 2_000);
      bench.flink.jobManager().restart();

      ModelEvent after = events.awaitActive(position, 2, 2);
      assertThat(after.digest()).isEqualTo(digest).isEqualTo(Digest.of(topics.models.resolve("2")));
      bench.flink.awaitTaskManagers(2);
      assertClean(topics);
      assertThat(topics.digests()).containsEntry(2L, digest);
    }
  }

  @Test
  void fault38_brokerRestarted_nothingIsLostOrDoubled() throws Exception {
    try (ScoringTopics topics = bench.topics("bounce")) {
      topics.version(1);
      bench.submit(topics, 2);
      topics.sendNumbers(0, 1_000);
      bench.broker.restart();
      topics.sendNumbers(1_000, 2_000);
      bench.broker.kill();
      bench.broker.restart();
      topics.sendNumbers(2_000, 3_000);
      assertClean(topics);
    }
  }

  @Test
  void fault52_anotherJobEndsTheJvmWithExitCode0_isALossLikeAnyOther() throws Exception {
    try (ScoringTopics topics = bench.topics("halt")) {
      topics.version(1);
      bench.submit(topics, 3);
      topics.sendNumbers(0, 1_000);
      topics.awaitOutputs();

      // One slot is left, beside one of this job's.
      Path jar = HaltingJob.jar(folder.resolve("halting"), ClusterBench.HOME.resolve("lib"));
      CommandResult run = bench.flink.flink("run", "-d", "-p", "1", jar.toString());
      assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
      int victim = awaitOneDead();
      assertThat(bench.flink.taskManager(victim).awaitEnd(Duration.ofMinutes(3))).isZero();

      topics.sendNumbers(1_000, 2_000);
      bench.flink.taskManager(victim).restart();
      bench.flink.awaitTaskManagers(2);
      assertClean(topics);
    }
  }

  private int awaitOneDead() throws Exception {
    ScoringTopics.await(
        "a TaskManager ends",
        () -> !bench.flink.taskManager(0).isAlive() || !bench.flink.taskManager(1).isAlive());
    return bench.flink.taskManager(0).isAlive() ? 1 : 0;
  }

  @Test
  void fault53_cancelDuringALoad_isBackWithinFiveSecondsAndTheLoadIsClosedWhenItEnds()
      throws Exception {
    try (ScoringTopics topics = bench.topics("cancel");
        EventLog events = new EventLog(topics)) {
      topics.version(1);
      String job = bench.submit(topics, 1);
      events.awaitActive(0, 1, 1);
      TroublesomeModels.slowVersion(topics.models.resolve("2"), 2, STEPS_OF_A_LONG_LOAD, 1);
      topics.publish(2);
      events.awaitLoading(0, 2);
      ScoringTopics.await("TensorFlow loads version 2", () -> loaderThreads(NATIVE_LOAD) == 1);

      bench.cancel(job);
      JsonNode reached = bench.get("jobs/" + job).path("timestamps");
      assertThat(reached.path("CANCELED").asLong() - reached.path("CANCELLING").asLong())
          .isBetween(0L, 5_000L);
      // The initialiser is still at work in native code, which nothing can interrupt.
      assertThat(copies()).isEqualTo(1);
      assertThat(loaderThreads(NATIVE_LOAD)).isEqualTo(1);
      Await.until(
          "the load is closed",
          Duration.ofMinutes(10),
          Duration.ofMillis(250),
          () -> copies() == 0 && loaderThreads("") == 0);
    }
  }

  /** Copies of versions that TaskManagers hold: one for each model that is loaded or loading. */
  private long copies() throws IOException {
    Path copies =
        folder.resolve("flink/tmp").resolve("millrace-models-" + System.getProperty("user.name"));
    try (Stream<Path> files = Files.list(copies)) {
      return files.filter(Files::isDirectory).count();
    }
  }

  /** How many have this in their stack. */
  private int loaderThreads(String frame) throws Exception {
    int count = 0;
    for (JsonNode taskManager : bench.get("taskmanagers").path("taskmanagers")) {
      String dump = "taskmanagers/" + taskManager.path("id").asText() + "/thread-dump";
      for (JsonNode thread : bench.get(dump).path("threadInfos")) {
        if (thread.path("threadName").asText().matches("millrace m .* loader")
            && thread.path("stringifiedThreadInfo").asText().contains(frame)) {
          count++;
        }
      }
    }
    return count;
  }

  @Test
  void fault40_clusterLostWithOpenTransactions_theNextStartAbortsThem() throws Exception {
    try (ScoringTopics topics = bench.topics("lingering")) {
      topics.version(1);
      // No checkpoint completes, so all that this job writes stays in open transactions.
      String first =
          bench.submit(
              topics,
              ClusterBench.JOB_JAR,
              // The pause, since Flink takes the first checkpoint at a random time of the interval.
              List.of("-p", "2", "-Dexecution.checkpointing.min-pause=20 min"),
              "-Dcheckpointing.interval=20 min",
              "-Doutput.transaction-timeout=90 min");
      topics.sendNumbers(0, 1_000);
      ScoringTopics.await("the job has written", () -> uncommitted(topics) >= 1_000);
      bench.flink.taskManager(0).kill();
      bench.flink.taskManager(1).kill();
      assertThat(topics.read("out")).isEmpty();
      bench.cancel(first);
      bench.flink.taskManager(0).restart();
      bench.flink.taskManager(1).restart();
      bench.flink.awaitTaskManagers(2);

      // Under the same name, without state: what lingers would hide its output for 90 minutes.
      bench.submit(topics, 2);
      topics.sendNumbers(1_000, 2_000);
      assertClean(topics);
    }
  }

  private static long uncommitted(ScoringTopics topics) throws IOException {
    return CommittedTopic.countAll(topics.broker.bootstrapServers(), topics.topic("out"))
        + CommittedTopic.countAll(topics.broker.bootstrapServers(), topics.topic("dead"));
  }
}
