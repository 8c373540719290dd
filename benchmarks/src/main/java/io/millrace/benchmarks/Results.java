package io.millrace.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.benchmarks.Arm.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run found, as it is written for machines; the parts that were not run are null.
 *
 * @param format 1; fields are added, never changed
 * @param time when the run began
 * @param seconds how long it took
 * @param command as {@link Options#command} says
 * @param intraOpThreads as {@link Options#intraOpThreads} says
 * @param roundsLeftOut of the arms, as the anchor was too fast or too slow in them
 * @param jsonLimit what parsing JSON and then calling the bare engine would reach of parsing alone
 */
record Results(
    int format,
    String time,
    long seconds,
    boolean quick,
    String command,
    Machine machine,
    int intraOpThreads,
    Spread anchorRecordsPerSecond,
    int roundsLeftOut,
    double tolerance,
    Map<String, String> networks,
    List<Measured> arms,
    List<Row> cells,
    List<ByTime> byTime,
    @Nullable LatencyResults latency,
    @Nullable Switches switches,
    List<Loading> loading,
    @Nullable Loads loads,
    List<Verdict> marks,
    @Nullable Spread jsonLimit) {

  /** An arm on its own. */
  record Measured(Peer peer, Setting setting, Spread recordsPerSecond, Spread cpuMicrosPerRecord) {}

  /**
   * One of our shells in a cell, or the job around it, against each arm that stands there.
   *
   * @param speedup records a second over the other's, of each round
   * @param cpuRatio the other's CPU time per record over the shell's, of each round
   */
  record Row(Setting setting, Peer shell, Map<Peer, Spread> speedup, Map<Peer, Spread> cpuRatio) {}

  /** What was found in the open loop. */
  record LatencyResults(
      long batchTimeoutMillis,
      Map<Peer, Double> capacities,
      List<Latency.Level> levels,
      List<Latency.Burst> bursts) {
    static LatencyResults of(Latency latency) {
      return new LatencyResults(
          Pipelines.BATCH_TIMEOUT.toMillis(),
          latency.capacities(),
          latency.levels(),
          latency.bursts());
    }
  }

  /** A mark and whether it holds. */
  record Verdict(Mark mark, boolean holds) {}

  static List<Measured> arms(Measurements measured) {
    List<Measured> arms = new ArrayList<>();
    for (Arm arm : measured.arms()) {
      arms.add(
          new Measured(
              arm.peer(), arm.setting(), measured.recordsPerSecond(arm), measured.cpuMicros(arm)));
    }
    return arms;
  }

  static List<Row> rows(List<Cell> cells, Measurements measured) {
    List<Row> rows = new ArrayList<>();
    for (Cell cell : cells) {
      for (Peer shell : Peer.ours()) {
        if (cell.peers().contains(shell) && cell.peers().size() > 1) {
          rows.add(row(cell, shell, measured));
        }
      }
    }
    return rows;
  }

  private static Row row(Cell cell, Peer shell, Measurements measured) {
    Map<Peer, Spread> speedup = new LinkedHashMap<>();
    Map<Peer, Spread> cpu = new LinkedHashMap<>();
    for (Peer peer : cell.peers()) {
      if (peer != shell) {
        Optional<Spread> times = measured.speedup(cell.arm(shell), cell.arm(peer));
        times.ifPresent(spread -> speedup.put(peer, spread));
        Optional<Spread> ratio = measured.cpuRatio(cell.arm(shell), cell.arm(peer));
        ratio.ifPresent(spread -> cpu.put(peer, spread));
      }
    }
    return new Row(cell.setting(), shell, speedup, cpu);
  }

  static Map<String, String> shapes() {
    Map<String, String> shapes = new LinkedHashMap<>();
    for (Network network : Network.values()) {
      shapes.put(network.name(), network.shape());
    }
    return shapes;
  }

  static String now() {
    return Instant.now().toString();
  }

  void write(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    Files.write(file, mapper.writeValueAsBytes(this));
  }
}
