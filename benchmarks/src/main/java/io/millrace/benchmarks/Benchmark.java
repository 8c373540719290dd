package io.millrace.benchmarks;

import io.millrace.benchmarks.Options.Part;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/**
 * Peers side by side and the limits of all of them, in one JVM: after a warm-up the arms take turns
 * in rounds, and what is reported is the median of the ratios of the same round. A round in which
 * the anchor loop was too fast or too slow for the others is left out and another is run; where
 * there are too many of them, nothing is reported. A run whose outputs differ fails.
 *
 * <pre>{@code
 * mvn -q -Pbench verify
 * mvn -q -Pbench -Dquick verify
 * }</pre>
 */
public final class Benchmark {
  private static final int ROUNDS = 5;
  private static final int MOST_ROUNDS = 2 * ROUNDS;
  private static final int ANCHOR_EVERY = 8;

  /** Not 1, with which a JVM ends that failed: of that, the build shows more. */
  private static final int NO_RESULTS = 3;

  private final Options options;
  private final PrintStream out;
  private final Path folder;
  private final Anchor anchor = new Anchor();
  private final Measurements measured = new Measurements();

  private Benchmark(Options options, PrintStream out, Path folder) {
    this.options = options;
    this.out = out;
    this.folder = folder;
  }

  /**
   * @param args see {@link Options#parse}; exit code 0 if the run reports, 3 if it has no results
   *     and has printed why: it refuses to report, or outputs differ
   */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("millrace-benchmark");
    int exit = 1;
    try {
      Options options = Options.parse(Arrays.asList(args));
      Files.deleteIfExists(options.results());
      exit = new Benchmark(options, System.out, folder).run() ? 0 : NO_RESULTS;
    } catch (OutputsDifferException e) {
      System.out.println("OUTPUTS DIFFER: " + e.getMessage());
      exit = NO_RESULTS;
    } finally {
      delete(folder);
    }
    System.exit(exit);
  }

  private boolean run() throws Exception {
    long start = System.nanoTime();
    String time = Results.now();
    // Before a model is written, which makes a session as well.
    sizePool(options.intraOpThreads());
    Map<Network, Subject> subjects = Subject.writeAll(folder);
    Subject ffnn = subject(subjects, Network.FFNN);
    try (LocalCluster cluster = LocalCluster.start();
        DjlProcess djl = DjlProcess.start(folder, ffnn)) {
      List<Cell> cells = options.cells();
      measureArms(cells, cluster, subjects, djl);
      if (!anchor.isSteady()) {
        return refuse();
      }
      List<ByTime> byTime = options.has(Part.REPLAY) ? byTime(cluster, subjects) : List.of();
      Latency latency = options.has(Part.LATENCY) ? latency(cluster, ffnn) : null;
      Switches switches = options.has(Part.SWITCHES) ? switches(cluster, ffnn) : null;
      Loads loads = options.has(Part.LOADS) ? loads() : null;
      List<Loading> loading = options.has(Part.LOADING) ? loading(cluster, ffnn) : List.of();
      Spread scan = options.has(Part.SCAN) ? scan() : null;
      // As often as within a round: one alone would be a matter of luck.
      for (int i = 0; i < ROUNDS; i++) {
        anchor.add(measureAnchor(ffnn));
      }
      anchor.endRound();
      if (!anchor.isSteady()) {
        return refuse();
      }
      long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
      Machine machine = Machine.here(djl.version());
      Parts parts = new Parts(byTime, latency, switches, loading, loads, scan);
      report(results(time, seconds, machine, cells, parts));
      return true;
    }
  }

  /** Has the pool that ops share made: the first session of a process sizes it for all. */
  private static void sizePool(int threads) {
    ConfigProto config = ConfigProto.newBuilder().setIntraOpParallelismThreads(threads).build();
    try (Graph empty = new Graph()) {
      new Session(empty, config).close();
    }
  }

  /** What is measured apart from the arms; null or empty where it was not. */
  record Parts(
      List<ByTime> byTime,
      @Nullable Latency latency,
      @Nullable Switches switches,
      List<Loading> loading,
      @Nullable Loads loads,
      @Nullable Spread scan) {}

  private Results results(
      String time, long seconds, Machine machine, List<Cell> cells, Parts parts) {
    Latency latency = parts.latency();
    return new Results(
        1,
        time,
        seconds,
        options.quick(),
        options.command(),
        machine,
        options.intraOpThreads(),
        anchor.spread(),
        anchor.leftOut(),
        Subject.TOLERANCE,
        Results.shapes(),
        Results.arms(measured),
        Results.rows(cells, measured),
        parts.byTime(),
        latency == null ? null : Results.LatencyResults.of(latency),
        parts.switches(),
        parts.loading(),
        parts.loads(),
        Marks.all(measured, parts),
        Marks.jsonLimit(measured).orElse(null));
  }

  private void report(Results results) throws IOException {
    results.write(options.results());
    ResultsPage.write(results, options.results().toAbsolutePath().resolveSibling("results"));
    new ReportText(out).print(results);
    out.println(anchor.toText());
  }

  private static Subject subject(Map<Network, Subject> subjects, Network network) {
    return Optional.ofNullable(subjects.get(network)).orElseThrow();
  }

  private boolean refuse() {
    out.println(anchor.toText());
    out.println("REFUSED: the machine is too uneven for ratios; run again when it is quiet");
    return false;
  }

  private void measureArms(
      List<Cell> cells, LocalCluster cluster, Map<Network, Subject> subjects, DjlProcess djl)
      throws Exception {
    Set<Arm> arms = Cell.arms(cells);
    Subject ffnn = subject(subjects, Network.FFNN);
    try (KafkaEnds kafka = kafka(cells)) {
      ArmRunner runner = new ArmRunner(cluster, subjects, djl, kafka, files(), seconds());
      progress("%d cells, %d arms: warm-up", cells.size(), arms.size());
      for (Arm arm : arms) {
        runner.warmUp(arm);
      }
      // Not counted: it warms the loop up.
      measureAnchor(ffnn);
      List<Integer> steadiest = List.of();
      for (int round = 0; round < MOST_ROUNDS && steadiest.isEmpty(); round++) {
        progress("round %d of %d to %d", round + 1, ROUNDS, MOST_ROUNDS);
        anchor.add(measureAnchor(ffnn));
        int index = 0;
        for (Arm arm : arms) {
          measured.add(arm, runner.run(arm));
          if (++index % ANCHOR_EVERY == 0) {
            anchor.add(measureAnchor(ffnn));
          }
        }
        anchor.endRound();
        steadiest = anchor.steadiest(ROUNDS);
      }
      if (!steadiest.isEmpty()) {
        anchor.keep(steadiest);
        measured.keep(steadiest);
      }
    }
  }

  private double measureAnchor(Subject ffnn) throws Exception {
    return Loops.engine(ffnn, Marks.CAP, Marks.CAP * (options.quick() ? 1000 : 3000))
        .recordsPerSecond();
  }

  private @Nullable KafkaEnds kafka(List<Cell> cells) throws IOException, InterruptedException {
    if (cells.stream().noneMatch(cell -> cell.setting().transport() == Transport.KAFKA)) {
      return null;
    }
    progress("starting a broker and filling its topics");
    Map<Format, Integer> records =
        options.quick()
            ? Map.of(Format.BINARY, 256 * 500)
            : Map.of(Format.BINARY, 256 * 1000, Format.JSON, 256 * 120);
    return KafkaEnds.start(folder, records);
  }

  private @Nullable FileEnds files() throws IOException {
    if (!options.has(Part.REPLAY)) {
      return null;
    }
    progress("writing files");
    // Half of what a subtask reads at a time; typed ones are read more slowly.
    return FileEnds.write(
        folder.resolve("files"),
        Map.of(Format.BINARY, 20_480, Format.PARQUET, 5_120, Format.AVRO, 5_120));
  }

  private List<ByTime> byTime(LocalCluster cluster, Map<Network, Subject> subjects)
      throws Exception {
    progress("event time");
    return ByTime.measure(
        new ArmRunner(cluster, subjects, null, null, null, 2 * seconds()), ByTime.PAIRS);
  }

  /** What a run of an arm in memory takes. */
  private double seconds() {
    return options.quick() ? 0.25 : 0.5;
  }

  private Latency latency(LocalCluster cluster, Subject ffnn) throws Exception {
    progress("latency");
    return Latency.measure(
        cluster, ffnn, folder, options.quick() ? Latency.Plan.QUICK : Latency.Plan.FULL);
  }

  private Switches switches(LocalCluster cluster, Subject ffnn) throws Exception {
    progress("switches");
    return Switches.measure(cluster, ffnn, Duration.ofMillis(options.quick() ? 75 : 200));
  }

  private Loads loads() throws IOException, InterruptedException {
    progress("loads");
    return Loads.measure(folder, options.quick() ? List.of(50) : List.of(50, 500));
  }

  private List<Loading> loading(LocalCluster cluster, Subject ffnn) throws Exception {
    progress("loading");
    return Loading.measure(cluster, ffnn);
  }

  private Spread scan() throws ModelException {
    progress("scan");
    return Scans.measure(folder);
  }

  private void progress(String format, Object... values) {
    out.printf(Locale.ROOT, "[%tT] " + format + "%n", prepend(System.currentTimeMillis(), values));
  }

  private static Object[] prepend(Object first, Object... rest) {
    return Stream.concat(Stream.of(first), Arrays.stream(rest)).toArray();
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
