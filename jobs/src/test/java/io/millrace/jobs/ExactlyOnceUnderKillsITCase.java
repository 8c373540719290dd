package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.testing.check.Await;
import io.millrace.testing.check.CheckReport;
import io.millrace.testing.check.CommittedFollower;
import io.millrace.testing.check.Observation;
import io.millrace.testing.check.SourcePosition;
import io.millrace.testing.models.TroublesomeModels;
import io.millrace.testing.processes.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes killed with signal 9 at seeded moments while records flow and versions are published: a
 * broker, a JobManager with a ZooKeeper behind it, two TaskManagers. System properties
 * millrace.kills, millrace.records and millrace.seed make a run longer, or the same again.
 */
class ExactlyOnceUnderKillsITCase {
  private static final int KILLS = Integer.getInteger("millrace.kills", 7);
  private static final int RECORDS = Integer.getInteger("millrace.records", 50_000);
  private static final long SEED = Long.getLong("millrace.seed", System.nanoTime());
  private static final int TASK_MANAGERS = 2;
  private static final int PARALLELISM = 4;
  private static final int ATTEMPTS = 20;
  private static final int RATE = 2_000;
  private static final int BALLAST_BYTES = 32 << 20;
  private static final int LOAD_STEPS = 30;
  private static final int RUN_STEPS = 4;

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final List<String> journal = new ArrayList<>();
  private final Set<KillMoment> hit = EnumSet.noneOf(KillMoment.class);
  private final Map<SourcePosition, Observation> seen = new HashMap<>();
  private final List<Observation> seenTwice = new ArrayList<>();
  private ClusterBench bench;
  private ScoringTopics topics;
  private EventLog events;
  private String job;
  private LoadTimes times;
  private long version = 1;

  @Test
  void fault34_processesKilledInEveryPhase_everyRecordIsScoredOnceInOrder() throws Exception {
    System.out.printf("kills %d, records %d, seed %d%n", KILLS, RECORDS, SEED);
    KafkaBroker broker = KafkaBroker.start(KafkaBroker.jars(), folder.resolve("kafka"));
    bench =
        new ClusterBench(folder, broker, it -> it.taskManagers(TASK_MANAGERS).highlyAvailable());
    topics = bench.topics("kills");
    try (broker;
        ClusterBench closed = bench;
        ScoringTopics closedToo = topics;
        EventLog log = new EventLog(topics);
        CommittedFollower follower = follow()) {
      events = log;
      slowVersion(1);
      job =
          bench.submit(
              topics,
              PARALLELISM,
              "-Dcheckpointing.interval=500 ms",
              // Few batches, since each costs as much as a warm-up is to take.
              "-Dbatching.max-batch-size=256",
              "-Dbatching.batch-timeout=100 ms");
      times = events.awaitActive(0, 1, PARALLELISM).times();
      List<KillMoment> plan = KillPlan.of(KILLS, random);
      for (int i = 0; i < plan.size(); i++) {
        int from = (int) ((long) RECORDS * i / plan.size());
        int to = (int) ((long) RECORDS * (i + 1) / plan.size());
        CompletableFuture<Void> feed = CompletableFuture.runAsync(() -> feed(from, to));
        kill(plan.get(i));
        feed.get(5, TimeUnit.MINUTES);
      }
      long inputs = topics.inputs();
      ScoringTopics.await(inputs + " outputs", () -> follower.count() >= inputs);
      bench.stop(job);
      check();
    } finally {
      journal.forEach(System.out::println);
    }
  }

  private CommittedFollower follow() {
    return CommittedFollower.start(
        bench.broker.bootstrapServers(),
        List.of(topics.topic("out"), topics.topic("dead")),
        record -> {
          Observation observation = Observation.of(record, null);
          synchronized (seen) {
            if (seen.put(observation.source(), observation) != null) {
              seenTwice.add(observation);
            }
          }
        });
  }

  private void feed(int from, int to) {
    try {
      for (int i = from; i < to; i++) {
        topics.sendNumber(i);
        if (i % (RATE / 20) == 0) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
      }
      topics.flush();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // Large enough that copying takes a while, and slow to load and to warm up.
  private void slowVersion(long number) throws IOException {
    Path directory = topics.models.resolve(Long.toString(number));
    TroublesomeModels.slowVersion(directory, number, LOAD_STEPS, RUN_STEPS);
    Path ballast = topics.models.resolve("ballast");
    if (Files.notExists(ballast)) {
      byte[] bytes = new byte[BALLAST_BYTES];
      new Random(1).nextBytes(bytes);
      Files.write(ballast, bytes);
    }
    Path extra = Files.createDirectories(directory.resolve("assets.extra"));
    Files.createLink(extra.resolve("ballast"), ballast);
  }

  private void kill(KillMoment moment) throws Exception {
    int victim = -1;
    int position = 0;
    for (int attempt = 0; victim < 0; attempt++) {
      assertThat(attempt).as("attempts at " + moment).isLessThan(ATTEMPTS);
      position = events.position();
      if (moment.isOfVersion()) {
        version++;
        slowVersion(version);
        topics.publish(version);
      }
      awaitMoment(moment, position);
      victim = victim(moment, position);
      if (victim < 0) {
        // All of them were faster: these are the times to go by, and the next version must find
        // them at rest.
        times = events.awaitActive(position, version, PARALLELISM).times();
      }
    }
    Instant killed = Instant.now();
    switch (moment) {
      case JOB_MANAGER -> {
        bench.flink.jobManager().kill();
        bench.flink.jobManager().restart();
      }
      case BROKER -> {
        bench.broker.kill();
        bench.broker.restart();
      }
      default -> {
        bench.flink.taskManager(victim).kill();
        bench.flink.taskManager(victim).restart();
      }
    }
    journal(moment, victim, position, killed);
    recover(moment, position, killed);
    hit.add(moment);
  }

  /** The TaskManager to kill; -1 where the moment has passed. */
  private int victim(KillMoment moment, int position) throws Exception {
    if (!moment.isOfLoad()) {
      return random.nextInt(TASK_MANAGERS);
    }
    List<Integer> loading = new ArrayList<>(events.loading(position, version));
    return loading.isEmpty()
        ? -1
        : bench.taskManagerOf(job, loading.get(random.nextInt(loading.size())));
  }

  private void awaitMoment(KillMoment moment, int position) throws Exception {
    switch (moment) {
      case DOWNLOAD -> afterLoading(position, Duration.ZERO, times.fetch());
      case VERIFY -> afterLoading(position, times.fetch(), times.fetch().plus(times.verify()));
      case LOAD -> afterLoading(position, times.fetch(), times.fetch().plus(times.load()));
      case WARM_UP -> {
        Duration loaded = times.fetch().plus(times.load());
        afterLoading(position, loaded, loaded.plus(times.warmUp()));
      }
      case SWITCH -> {
        events.await(position, "a subtask switched", it -> EventLog.isActive(it, version));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
      }
      case COMMIT -> {
        long before = bench.latestCheckpoint(job);
        Await.until(
            "a checkpoint completes",
            Duration.ofMinutes(3),
            Duration.ofMillis(1),
            () -> bench.latestCheckpoint(job) > before);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(15));
      }
      case RUN, JOB_MANAGER, BROKER -> TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
    }
  }

  private void afterLoading(int position, Duration from, Duration to) throws Exception {
    events.awaitLoading(position, version);
    long nanos = from.toNanos() + (long) (random.nextDouble() * to.minus(from).toNanos());
    TimeUnit.NANOSECONDS.sleep(nanos);
  }

  // After the kill of a TaskManager or the JobManager every subtask starts anew, and says so.
  private void recover(KillMoment moment, int position, Instant killed) throws Exception {
    bench.flink.awaitTaskManagers(TASK_MANAGERS);
    bench.awaitRunning(job);
    if (moment == KillMoment.BROKER) {
      long before = bench.latestCheckpoint(job);
      ScoringTopics.await("a checkpoint completes", () -> bench.latestCheckpoint(job) > before);
    } else {
      Set<Integer> active = new HashSet<>();
      times =
          events
              .await(
                  position,
                  "version " + version + " is active everywhere after the restart",
                  event ->
                      EventLog.isActive(event, version)
                          && event.time().isAfter(killed)
                          && active.add(event.subtask())
                          && active.size() == PARALLELISM)
              .times();
    }
    journal.set(
        journal.size() - 1,
        journal.get(journal.size() - 1)
            + ", back after "
            + Duration.between(killed, Instant.now()).toMillis()
            + " ms");
  }

  /** What the status topic had said of the version when the process was killed. */
  private void journal(KillMoment moment, int victim, int position, Instant killed) {
    List<ModelEvent> before =
        moment.isOfVersion() ? events.of(position, version, killed) : List.of();
    String states =
        before.stream()
            .map(event -> event.subtask() + " " + event.state())
            .reduce((a, b) -> a + ", " + b)
            .map(text -> "; version " + version + ": " + text)
            .orElse("");
    String name = moment.isOfTaskManager() ? " taskmanager-" + victim : "";
    journal.add(String.format("%-12s%s%s", moment, name, states));
  }

  private void check() throws Exception {
    CheckReport report = topics.check();
    System.out.println(report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.sources()).isGreaterThanOrEqualTo(RECORDS);
    // What a reader saw while all this happened is what is there at the end.
    assertThat(seenTwice).isEmpty();
    assertThat(topics.positions()).isEqualTo(seen);
    assertThat(hit).containsAll(KILLS < 7 ? List.of() : List.of(KillMoment.values()));
    assertDigests();
    assertNoCopiesAreLeft();
  }

  /** fault 36: whoever recovers the job, a version is always the same files. */
  private void assertDigests() throws IOException {
    Map<Long, String> digests = topics.digests();
    assertThat(digests).hasSizeGreaterThan(1);
    for (Map.Entry<Long, String> entry : digests.entrySet()) {
      Path directory = topics.models.resolve(entry.getKey().toString());
      assertThat(entry.getValue()).as("version " + entry.getKey()).isEqualTo(Digest.of(directory));
    }
  }

  // Those of killed processes are swept by the next that makes one, at the latest. One that was
  // killed before its folder had a lock leaves an empty file, by which nobody takes it for a copy.
  private void assertNoCopiesAreLeft() throws Exception {
    Path copies =
        folder.resolve("flink/tmp").resolve("millrace-models-" + System.getProperty("user.name"));
    ScoringTopics.await("no copies of models are left", () -> copies(copies).isEmpty());
  }

  private static List<Path> copies(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> !file.toString().endsWith(".new") || file.toFile().length() > 0)
          .toList();
    }
  }
}
