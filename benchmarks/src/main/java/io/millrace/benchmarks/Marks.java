package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The marks that a run's ratios can be held against, all at the default batch of 128. */
final class Marks {
  static final int CAP = 128;

  /** Of a replay, whose batches are deterministic. */
  static final int REPLAY_CAP = 96;

  private final Measurements measured;
  private final List<Mark> marks = new ArrayList<>();

  private Marks(Measurements measured) {
    this.measured = measured;
  }

  /** Those whose figures were measured. */
  static List<Results.Verdict> all(Measurements measured, Benchmark.Parts parts) {
    Latency latency = parts.latency();
    Switches switches = parts.switches();
    Loads loads = parts.loads();
    Marks marks = new Marks(measured);
    marks.againstPeers();
    marks.againstLimits();
    marks.ofReplays();
    parts.byTime().forEach(marks::byTime);
    if (latency != null) {
      marks.underLoad(latency);
    }
    if (switches != null) {
      marks.whileSwitching(switches);
    }
    parts.loading().forEach(marks::whileLoading);
    if (loads != null) {
      marks.ofFetches(loads);
    }
    Spread scanMillis = parts.scan();
    if (scanMillis != null) {
      marks.marks.add(Mark.atMostMillis("scan of a graph of 50 MB", scanMillis, 1000));
    }
    return marks.marks.stream().map(mark -> new Results.Verdict(mark, mark.holds())).toList();
  }

  private static Arm arm(Peer peer, Network network, Format format, Transport transport) {
    return Arm.of(peer, new Setting(network, format, transport, 1, CAP));
  }

  /**
   * What is left of parsing alone where each record that is parsed also takes its share of a bare
   * engine call: the bound of the mark on JSON.
   */
  static Optional<Spread> jsonLimit(Measurements measured) {
    return measured.oneAfterTheOther(
        arm(Peer.PARSE, Network.FFNN, Format.JSON, Transport.MEMORY),
        arm(Peer.ENGINE, Network.FFNN, Format.BINARY, Transport.MEMORY));
  }

  private void againstPeers() {
    speed("FFNN, naive map", Peer.NAIVE, Network.FFNN, 40, 20);
    speed("FFNN, naive ONNX Runtime map", Peer.ONNX, Network.FFNN, 8, 4);
    speed("heavy, naive map", Peer.NAIVE, Network.HEAVY, 12, 12);
  }

  private void againstLimits() {
    cpu("FFNN, CPU per record against the plain loop", Peer.CHAINED, Network.FFNN, 0.85);
    for (Peer shell : Peer.shells()) {
      cpu("heavy, CPU per record against the plain loop", shell, Network.HEAVY, 0.95);
      add(
          "FFNN, Kafka in and out against a pass-through",
          shell,
          measured.speedup(
              arm(shell, Network.FFNN, Format.BINARY, Transport.KAFKA),
              arm(Peer.PASS_THROUGH, Network.FFNN, Format.BINARY, Transport.KAFKA)),
          0.75);
      add(
          "FFNN, JSON against parsing alone",
          shell,
          measured.speedup(
              arm(shell, Network.FFNN, Format.JSON, Transport.MEMORY),
              arm(Peer.PARSE, Network.FFNN, Format.JSON, Transport.MEMORY)),
          0.85);
    }
  }

  private void ofReplays() {
    for (Network network : List.of(Network.FFNN, Network.HEAVY)) {
      ofRawReplays(network);
    }
    for (Format format : List.of(Format.PARQUET, Format.AVRO)) {
      add(
          "FFNN, " + format.name().toLowerCase(Locale.ROOT) + " files against reading alone",
          Peer.REPLAY,
          measured.speedup(
              replay(Peer.REPLAY, Network.FFNN, format, 1),
              replay(Peer.READ, Network.FFNN, format, 1)),
          0.85);
    }
  }

  private void ofRawReplays(Network network) {
    Arm one = replay(Peer.REPLAY, network, Format.BINARY, 1);
    Arm two = replay(Peer.REPLAY, network, Format.BINARY, 2);
    Arm memory =
        Arm.of(Peer.CHAINED, new Setting(network, Format.BINARY, Transport.MEMORY, 1, REPLAY_CAP));
    String raw = (network == Network.FFNN ? "FFNN" : "heavy") + ", raw files";
    String fromMemory = raw + " against the operator fed from memory";
    add(fromMemory + ", throughput", Peer.REPLAY, measured.speedup(one, memory), 0.8);
    add(fromMemory + ", CPU per record", Peer.REPLAY, measured.cpuRatio(one, memory), 0.8);
    add(raw + ", parallelism 2 against 1", Peer.REPLAY, measured.speedup(two, one), 1.8);
  }

  private static Arm replay(Peer peer, Network network, Format format, int parallelism) {
    return Arm.of(peer, new Setting(network, format, Transport.FILES, parallelism, REPLAY_CAP));
  }

  private void byTime(ByTime byTime) {
    String claim =
        "by event time against without, on one version: "
            + byTime.shell().name().toLowerCase(Locale.ROOT);
    marks.add(Mark.atLeast(claim, byTime.throughput(), 0.97));
  }

  private void underLoad(Latency latency) {
    double bound = Pipelines.BATCH_TIMEOUT.toMillis() + 5;
    for (Latency.Level level : latency.levels()) {
      if (level.peer() != Peer.NAIVE && level.load().equals(Latency.HALF_OF_NAIVE)) {
        String claim = "p99 at half the naive map's capacity: " + level.peer().title();
        marks.add(Mark.atMostMillis(claim, level.p99BySecond(), bound));
      }
    }
  }

  private void whileSwitching(Switches switches) {
    String during = " during " + switches.count() + " version switches";
    marks.add(Mark.atLeast("throughput" + during, switches.throughput(), 0.95));
    Spread longest = Spread.of(switches.gapMillis().max());
    marks.add(Mark.atMostMillis("longest gap" + during, longest, 100));
  }

  private void ofFetches(Loads loads) {
    for (Loads.Fetch fetch : loads.fetches()) {
      String claim =
          "fetch of %d MB from %s, hashed, against a plain copy, both on the disk"
              .formatted(fetch.megabytes(), fetch.from());
      marks.add(Mark.atLeast(claim, fetch.ofCopy(), 0.9));
    }
  }

  private void whileLoading(Loading loading) {
    String claim =
        "throughput while versions of %d MB are fetched and loaded: %s"
            .formatted(loading.mebibytes(), loading.peer().name().toLowerCase(Locale.ROOT));
    marks.add(Mark.atLeast(claim, loading.throughput(), 0.9));
  }

  // Whoever takes commands is held to one mark, however they come.
  private void speed(String claim, Peer theirs, Network network, double fixed, double commanded) {
    Arm other = arm(theirs, network, Format.BINARY, Transport.MEMORY);
    for (Peer shell : Peer.shells()) {
      Arm arm = arm(shell, network, Format.BINARY, Transport.MEMORY);
      add(claim, shell, measured.speedup(arm, other), shell == Peer.CHAINED ? fixed : commanded);
    }
  }

  private void cpu(String claim, Peer shell, Network network, double mark) {
    Arm arm = arm(shell, network, Format.BINARY, Transport.MEMORY);
    Arm loop = arm(Peer.LOOP, network, Format.BINARY, Transport.MEMORY);
    add(claim, shell, measured.cpuRatio(arm, loop), mark);
  }

  private void add(String claim, Peer shell, Optional<Spread> figure, double mark) {
    String title = claim + ": " + shell.name().toLowerCase(Locale.ROOT);
    figure.ifPresent(spread -> marks.add(Mark.atLeast(title, spread, mark)));
  }
}
