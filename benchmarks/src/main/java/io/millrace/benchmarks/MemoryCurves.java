package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.benchmarks.SoakPlan.Kind;
import io.millrace.testing.soak.Growth;
import io.millrace.testing.soak.Soak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Draws what a process holds while models are loaded and closed, and while they are not closed:
 *
 * <pre>{@code
 * mvn -q -Pbench verify -Dbench.main=io.millrace.benchmarks.MemoryCurves
 * }</pre>
 */
public final class MemoryCurves {
  private static final int SAMPLES = 100;
  private static final int LOADS = 5_000;
  private static final int SWITCHES = 2_000;

  /** Without a close, a step in so many is enough to see. */
  private static final int UNCLOSED = 10;

  private static final int QUICK = 2;

  private MemoryCurves() {}

  /** A soak and what was found. */
  record Curve(SoakPlan plan, Soak soak) {}

  /**
   * What was found, as it is written for machines; format is 1, fields are added, never changed.
   */
  record Findings(int format, String time, boolean quick, Machine machine, List<Finding> soaks) {
    void write(Path file) throws IOException {
      ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
      Files.write(file, mapper.writeValueAsBytes(this));
    }
  }

  /** One soak of them. */
  record Finding(String soak, int steps, Growth growth, boolean asExpected) {
    static Finding of(Curve curve) {
      return new Finding(
          curve.plan().name(), curve.plan().steps(), curve.soak().growth(), isAsExpected(curve));
    }
  }

  /**
   * Writes the results, and the page, its plots and the samples into {@code memory/} beside them.
   *
   * @param args see {@link Options#parse}; exit code 1 if what is closed grows beyond its limits
   */
  public static void main(String[] args) throws Exception {
    Options options = Options.parse(Arrays.asList(args));
    Path target = options.results().toAbsolutePath().resolveSibling("memory");
    Path models = Files.createTempDirectory("millrace-memory");
    boolean fine;
    try {
      Files.deleteIfExists(options.results());
      String time = Results.now();
      long start = System.nanoTime();
      List<Curve> curves = measure(options.quick() ? QUICK : 1, models, target);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      Machine machine = Machine.withoutPeers();
      MemoryPage.write(curves, machine, took, options.quick(), target);
      List<Finding> findings = curves.stream().map(Finding::of).toList();
      new Findings(1, time, options.quick(), machine, findings).write(options.results());
      System.out.println("see " + target.resolve("memory.md"));
      fine = curves.stream().allMatch(MemoryCurves::isAsExpected);
    } finally {
      delete(models);
    }
    System.exit(fine ? 0 : 1);
  }

  private static List<Curve> measure(int divisor, Path models, Path target) throws IOException {
    @Nullable Path shared = SoakPlan.sharedModels();
    List<Curve> curves = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      int steps = (kind == Kind.LOADS ? LOADS : SWITCHES) / divisor;
      for (boolean closing : new boolean[] {true, false}) {
        int few = Math.max(1, steps / UNCLOSED / SAMPLES) * SAMPLES;
        SoakPlan plan = new SoakPlan(kind, closing, closing ? steps : few, SAMPLES, shared);
        Path csv = target.resolve(plan.name() + ".csv");
        curves.add(new Curve(plan, SoakProcess.run(plan, models, csv)));
      }
    }
    return curves;
  }

  /** What is not closed must be found, or the others prove nothing. */
  static boolean isAsExpected(Curve curve) {
    return curve.soak().growth().beyond(SoakPlan.LIMITS).isEmpty() == curve.plan().closing();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
