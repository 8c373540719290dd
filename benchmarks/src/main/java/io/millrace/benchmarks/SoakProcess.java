package io.millrace.benchmarks;

import io.millrace.testing.soak.Holdings;
import io.millrace.testing.soak.Soak;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs a soak in a JVM of its own. Its heap is resident from the start, and it has as many threads
 * of its own at the end as in the beginning: what grows is not Java's.
 */
final class SoakProcess {
  private static final List<String> EVEN =
      List.of(
          "-Xms512m",
          "-Xmx512m",
          "-XX:+AlwaysPreTouch",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UseDynamicNumberOfCompilerThreads",
          "-Dlog4j2.level=ERROR");

  /**
   * glibc's malloc has an arena for each thread, up to eight a core, and memory that is given back
   * leaves holes in whichever it came from: how many there are depends on which of TensorFlow's
   * threads came first.
   */
  private static final Map<String, String> ONE_ARENA = Map.of("MALLOC_ARENA_MAX", "1");

  private SoakProcess() {}

  /**
   * @param folder for its models and its log; made where it does not exist
   * @param csv has every sample taken so far, also of a soak that does not come to its end
   * @throws IOException if it ends before it is through; the message names its log
   */
  static Soak run(SoakPlan plan, Path folder, Path csv) throws IOException {
    Files.createDirectories(folder);
    Files.deleteIfExists(csv);
    Path log = folder.resolve(plan.name() + ".log");
    Soak soak = new Soak();
    try (ChildProcess process =
        ChildProcess.start(plan.name(), log, command(plan, folder), ONE_ARENA)) {
      String line = process.hear();
      while (!line.startsWith(SoakMain.DONE)) {
        if (line.startsWith(SoakMain.SAMPLE)) {
          soak.add(Holdings.parse(line.substring(SoakMain.SAMPLE.length())));
          soak.writeCsv(csv);
        }
        line = process.hear();
      }
      System.out.printf(
          "%s: %d steps with %s%n",
          plan.name(), plan.steps(), line.substring(SoakMain.DONE.length()));
    }
    return soak;
  }

  private static List<String> command(SoakPlan plan, Path folder) {
    List<String> command = new ArrayList<>(EVEN);
    // What Flink and TensorFlow need of a JVM, this one has.
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("--add-") || option.startsWith("-Dorg.bytedeco.")) {
        command.add(option);
      }
    }
    command.add("-cp");
    command.add(ManagementFactory.getRuntimeMXBean().getClassPath());
    command.add(SoakMain.class.getName());
    command.addAll(plan.arguments());
    command.add(folder.resolve(plan.name()).toAbsolutePath().toString());
    return command;
  }
}
