package io.millrace.jobs.bench;

import io.millrace.jobs.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures a model under batch sizes and thread settings, in turns.
 *
 * <pre>{@code
 * BenchResult result = Bench.run(settings, System.err::println);
 * result.yaml();
 * }</pre>
 *
 * <p>Each cell of the grid has its turn in every round, so that whatever else the machine does
 * falls on all of them; operator and bare engine follow each other within a turn, and their ratio
 * is taken there. TensorFlow's intra-op threads are a whole process's, so each number of them is
 * measured in a process of its own; their turns interleave all the same.
 */
public final class Bench implements AutoCloseable {
  /** What remains for ending and printing. */
  private static final double OF_THE_TIME = 0.97;

  /** Rows of a batch beyond this are not tried: there is one for each pipeline. */
  private static final long MAX_BATCH_BYTES = 256L << 20;

  /** A turn has room for several calls. */
  private static final int CALLS_IN_A_TURN = 8;

  /** The round before the first that counts. */
  private static final int WARM_UP = -1;

  private static final int STEP = 7;

  private final BenchSettings settings;
  private final Consumer<String> progress;
  private final long startNanos = System.nanoTime();
  private final Map<Integer, WorkerProcess> workers = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  private Bench(BenchSettings settings, Consumer<String> progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Measures.
   *
   * @param progress takes lines about what is going on
   * @throws ConfigurationException if the records do not fit the model
   * @throws IOException if the model fails, with what it said
   */
  public static BenchResult run(BenchSettings settings, Consumer<String> progress)
      throws IOException, ConfigurationException {
    try (Bench bench = new Bench(settings, progress)) {
      return bench.run();
    }
  }

  private BenchResult run() throws IOException, ConfigurationException {
    List<Threads> threads = settings.grid().threads();
    Order.Opened opened = open(threads);
    List<Cell> cells = Cell.grid(batchSizes(opened, threads), threads);
    start(cells);
    long left = (long) (settings.limit().toNanos() * OF_THE_TIME) - elapsed();
    Schedule schedule = Schedule.of(left, cells.size());
    if (schedule.isHurried()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Turns are as short as they get: starting took %.0f s of %d, so give --seconds more.",
              elapsed() / 1e9,
              settings.limit().toSeconds()));
    }
    progress.accept(
        String.format(
            Locale.ROOT,
            "measuring %d settings in %d rounds, about %.0f s",
            cells.size(),
            schedule.rounds(),
            schedule.turnNanos() / 1e9 * (cells.size() + 1) * (schedule.rounds() + 1)));
    return measure(opened, cells, schedule);
  }

  private long elapsed() {
    return System.nanoTime() - startNanos;
  }

  private WorkerProcess worker(Cell cell) {
    return Objects.requireNonNull(workers.get(cell.threads().intraOp()), "no process for " + cell);
  }

  /** Starts the processes, which load the model at the same time. */
  private Order.Opened open(List<Threads> threads) throws IOException, ConfigurationException {
    Task task = settings.task();
    for (Threads setting : threads) {
      if (!workers.containsKey(setting.intraOp())) {
        WorkerProcess worker = WorkerProcess.start();
        workers.put(setting.intraOp(), worker);
        worker.send(Order.open(task, setting));
      }
    }
    Order.Opened opened = null;
    for (WorkerProcess worker : workers.values()) {
      opened = worker.receive(Order.Opened.class);
    }
    return Objects.requireNonNull(opened, "no thread settings");
  }

  private List<Integer> batchSizes(Order.Opened opened, List<Threads> threads)
      throws IOException, ConfigurationException {
    List<Integer> wanted = settings.grid().batchSizes();
    if (!opened.batches()) {
      if (!wanted.equals(List.of(1))) {
        notes.add(
            "Batch 1 only: signature '" + settings.signature().name() + "' takes a record a call.");
      }
      return List.of(1);
    }
    long rowBytes = Samples.rowBytes(settings.signature().withInputShapes(settings.shapes()));
    long longest =
        settings.limit().toNanos() / (CALLS_IN_A_TURN * (long) threads.size() * wanted.size());
    List<Integer> sizes = new ArrayList<>();
    for (int size : wanted) {
      String reason = reasonAgainst(size, rowBytes, longest, threads.get(0));
      if (reason == null || sizes.isEmpty()) {
        sizes.add(size);
      } else {
        notes.add("Batch " + size + " and above are left out: " + reason + ".");
        break;
      }
    }
    return sizes;
  }

  private @Nullable String reasonAgainst(
      int size, long rowBytes, long longestNanos, Threads threads)
      throws IOException, ConfigurationException {
    if (size * rowBytes > MAX_BATCH_BYTES) {
      return String.format(Locale.ROOT, "its rows take %,d MiB", size * rowBytes >> 20);
    }
    Cell cell = new Cell(size, threads);
    long nanos = worker(cell).ask(Order.call(cell), Long.class);
    return nanos <= longestNanos
        ? null
        : String.format(
            Locale.ROOT,
            "a call takes %.2f s, too long for %d s in all (--seconds)",
            nanos / 1e9,
            settings.limit().toSeconds());
  }

  private void start(List<Cell> cells) throws IOException, ConfigurationException {
    for (Map.Entry<Integer, WorkerProcess> worker : workers.entrySet()) {
      worker.getValue().send(Order.start(ofWorker(cells, worker.getKey())));
    }
    for (WorkerProcess worker : workers.values()) {
      worker.receive(Object.class);
    }
  }

  private static List<Cell> ofWorker(List<Cell> cells, int intraOp) {
    return cells.stream().filter(it -> it.threads().intraOp() == intraOp).toList();
  }

  private BenchResult measure(Order.Opened opened, List<Cell> cells, Schedule schedule)
      throws IOException, ConfigurationException {
    Cell anchor = cells.get(batchesOfFirst(cells) - 1);
    double[] anchors = new double[schedule.rounds()];
    List<List<Turn>> turns = new ArrayList<>();
    cells.forEach(cell -> turns.add(new ArrayList<>()));
    for (int round = WARM_UP; round < schedule.rounds(); round++) {
      double loop = worker(anchor).ask(Order.loop(anchor, schedule.turnNanos()), Double.class);
      if (round != WARM_UP) {
        anchors[round] = loop;
      }
      takeTurns(round, cells, schedule.turnNanos(), turns);
    }
    List<CellResult> results = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      results.add(CellResult.of(cells.get(i), turns.get(i)));
    }
    return new BenchResult(
        subject(opened),
        schedule.rounds(),
        schedule.turnNanos() / 1_000_000,
        Spread.of(anchors),
        results,
        Choice.of(results, settings.grid().cores()));
  }

  private void takeTurns(int round, List<Cell> cells, long nanos, List<List<Turn>> turns)
      throws IOException, ConfigurationException {
    for (int i = 0; i < cells.size(); i++) {
      // Another one comes first in each round, so that none always follows the anchor.
      int at = Math.floorMod(i + round * STEP, cells.size());
      Cell cell = cells.get(at);
      int index = ofWorker(cells, cell.threads().intraOp()).indexOf(cell);
      Turn turn = worker(cell).ask(Order.turn(index, nanos), Turn.class);
      if (round != WARM_UP) {
        turns.get(at).add(turn);
      }
    }
  }

  /** How many cells the first thread setting has. */
  private static int batchesOfFirst(List<Cell> cells) {
    return (int) cells.stream().filter(it -> it.threads().equals(cells.get(0).threads())).count();
  }

  private BenchResult.Subject subject(Order.Opened opened) throws IOException {
    return new BenchResult.Subject(
        settings.location().toString(),
        settings.files().digest(),
        settings.signature().name(),
        settings.jobOptions(),
        settings.input().inWords(opened.records()),
        machine(),
        settings.grid().cores(),
        notes);
  }

  private String machine() throws IOException {
    Path file = Path.of("/proc/cpuinfo");
    String processor =
        Files.isReadable(file)
            ? Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"))
            : System.getProperty("os.arch");
    return settings.grid().cores()
        + " x "
        + processor
        + ", Java "
        + System.getProperty("java.version");
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (WorkerProcess worker : workers.values()) {
      try {
        worker.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
