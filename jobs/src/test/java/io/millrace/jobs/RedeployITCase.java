package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job submitted and cancelled again and again in one cluster: what a TaskManager holds stays
 * the same. System property millrace.redeploys makes a run longer.
 */
class RedeployITCase {
  /** Until caches are filled and pools are at their size. */
  private static final int WARM_UP = 6;

  /** A look takes four JVMs, and is taken at every so many jobs. */
  private static final int LOOK = 6;

  private static final int REDEPLOYS =
      Math.max(WARM_UP + LOOK, Integer.getInteger("millrace.redeploys", 12));

  /** Threads and descriptors that come and go; six jobs that leave one each are beyond it. */
  private static final int SLACK = 5;

  private static final int PARALLELISM = 2;
  private static final int BALLAST_FLOATS = 4 << 20;

  @TempDir Path folder;

  /**
   * What a TaskManager holds after a collection of the heap, with malloc's free memory given back.
   *
   * @param loaders class loaders of jobs
   */
  private record Holdings(
      long metaspaceKib, long residentKib, int threads, int descriptors, int loaders) {}

  @Test
  void fault54_submittedAndCancelledManyTimes_theTaskManagerHoldsWhatItHeld() throws Exception {
    TreeMap<Integer, Holdings> holdings = new TreeMap<>();
    try (ClusterBench bench =
            // A heap that is resident from the start: what grows then is not Java's.
            new ClusterBench(
                folder, it -> it.set("env.java.opts.taskmanager", "-XX:+AlwaysPreTouch"));
        ScoringTopics topics = bench.topics("redeploy")) {
      version(topics, 1);
      topics.sendNumbers(0, 500);
      UploadedJar jar = UploadedJar.of(bench.flink, ClusterBench.JOB_JAR);
      String config = Files.writeString(folder.resolve("job.yaml"), topics.yaml()).toString();
      long pid = bench.flink.taskManager(0).pid();
      for (int i = 1; i <= REDEPLOYS; i++) {
        version(topics, i + 1);
        topics.publish(i + 1);
        String job = jar.submit(PARALLELISM, List.of("--config", config));
        topics.awaitActive(i + 1, PARALLELISM);
        if (i == 1) {
          // Under another name none would be counted, and none would ever be too many.
          assertThat(loaders(pid)).as("class loaders while a job runs").isPositive();
        }
        bench.cancel(job);
        if (i % LOOK == 0) {
          holdings.put(i, holdings(pid));
          System.out.println("redeploy " + i + ": " + holdings.get(i));
        }
      }
      assertThat(bench.flink.taskManager(0).pid()).isEqualTo(pid);
      assertThat(bench.flink.taskManager(0).isAlive()).isTrue();
    }
    assertFlat(holdings);
  }

  private static void version(ScoringTopics topics, long version) {
    SavedModels.constantVersion(
        topics.models.resolve(Long.toString(version)), version, BALLAST_FLOATS);
  }

  // The last against the first behind the warm-up: the jobs between them would hold 16 MB for each
  // slot of each if they left their sessions open, 192 MB at the least, and a thread each. Without
  // a leak, it grows by tens of megabytes until some fifteen jobs have run, and Flink's own pools
  // come and go by a few.
  private static void assertFlat(TreeMap<Integer, Holdings> all) {
    Holdings first = all.get(WARM_UP);
    Holdings last = all.lastEntry().getValue();
    String figures = "first " + first + ", last " + last;
    assertThat(last.loaders()).as(figures).isLessThanOrEqualTo(first.loaders() + 1);
    assertThat(last.metaspaceKib() - first.metaspaceKib()).as(figures).isLessThan(6 << 10);
    assertThat(last.threads() - first.threads()).as(figures).isLessThanOrEqualTo(SLACK);
    assertThat(last.descriptors() - first.descriptors()).as(figures).isLessThanOrEqualTo(SLACK);
    assertThat(last.residentKib() - first.residentKib()).as(figures).isLessThan(128 << 10);
  }

  private Holdings holdings(long pid) throws Exception {
    // What was only waiting for its cleaner goes with the second collection.
    jcmd(pid, "GC.run");
    int loaders = loaders(pid);
    // Gives back what malloc keeps for its next callers, tens of megabytes now and then. Before
    // JDK 17.0.9 there is no such command.
    run(pid, "System.trim_native_heap");
    Path process = Path.of("/proc", Long.toString(pid));
    return new Holdings(
        number(jcmd(pid, "GC.heap_info"), "Metaspace\\s+used (\\d+)K"),
        number(Files.readString(process.resolve("status")), "VmRSS:\\s+(\\d+) kB"),
        entries(process.resolve("task")),
        entries(process.resolve("fd")),
        loaders);
  }

  private int loaders(long pid) throws Exception {
    // Counts what is alive: it collects the heap before.
    return (int)
        jcmd(pid, "GC.class_histogram")
            .lines()
            .filter(line -> line.contains("ChildFirstClassLoader"))
            .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[1]))
            .sum();
  }

  private static int entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.count();
    }
  }

  private static long number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  private String jcmd(long pid, String command) throws Exception {
    CommandResult result = run(pid, command);
    assertThat(result.exitCode()).as(result.toString()).isZero();
    return result.out();
  }

  private CommandResult run(long pid, String command) throws Exception {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return CommandResult.of(
        List.of(jcmd, Long.toString(pid), command), folder, Duration.ofMinutes(3));
  }
}
