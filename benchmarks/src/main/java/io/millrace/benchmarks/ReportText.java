package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run found, for people. */
final class ReportText {
  /** What a row is compared with, in the order of the columns. */
  private static final Map<Peer, String> SHORT =
      Map.of(
          Peer.NAIVE, "naive",
          Peer.NAIVE_INLINE, "inline",
          Peer.ONNX, "ONNX",
          Peer.DJL, "DJL",
          Peer.CRAYFISH, "Crayfish",
          Peer.READ, "reading",
          Peer.PASS_THROUGH, "pass-through",
          Peer.CHANNEL, "channel",
          Peer.PARSE, "parse");

  private final PrintStream out;

  ReportText(PrintStream out) {
    this.out = out;
  }

  void print(Results results) {
    Machine machine = results.machine();
    line("%n%s, %d cores, %s", machine.processor(), machine.cores(), machine.jvm());
    line("commit %s, %s", machine.commit(), machine.versions());
    printArms(results.arms());
    printCells(results.cells());
    Results.LatencyResults latency = results.latency();
    if (latency != null) {
      printLatency(latency);
    }
    Switches switches = results.switches();
    if (switches != null) {
      line(
          "%n%d switches: throughput %s of that without; longest gap in ms %s, without %s",
          switches.count(),
          switches.throughput().toText(),
          switches.gapMillis().toText(),
          switches.gapMillisWithout().toText());
    }
    for (Loading loading : results.loading()) {
      line(
          "%n%d loads of %d MB beside %s, %s ms each: throughput %s of that without",
          loading.loads(),
          loading.mebibytes(),
          loading.peer().title(),
          loading.loadMillis().toText(),
          loading.throughput().toText());
    }
    Loads loads = results.loads();
    if (loads != null) {
      printLoads(loads);
    }
    line("%noutputs of all arms agree within %.0e", results.tolerance());
    line("%nmarks: the median of the pairs (least..most)");
    results.marks().forEach(verdict -> line("%s", verdict.mark().toText()));
    Spread limit = results.jsonLimit();
    if (limit != null) {
      line("JSON: parsing and a bare engine call would be at %s of parsing alone", limit.toText());
    }
  }

  private void printArms(List<Results.Measured> arms) {
    line("%n%-34s %-42s %28s %24s", "arm", "setting", "records/s (least..most)", "CPU us a record");
    for (Results.Measured arm : arms) {
      line(
          "%-34s %-42s %28s %24s",
          arm.peer().title(),
          arm.setting().toText(),
          arm.recordsPerSecond().toText(),
          arm.cpuMicrosPerRecord().toText());
    }
  }

  private void printCells(List<Results.Row> rows) {
    line("%nmedians of paired ratios: times the records/s of the others; CPU against the loop");
    for (Results.Row row : rows) {
      StringBuilder text = new StringBuilder();
      row.speedup()
          .forEach(
              (peer, spread) -> {
                if (SHORT.containsKey(peer)) {
                  text.append(SHORT.get(peer)).append(' ').append(spread.toText()).append("  ");
                }
              });
      Spread loop = row.cpuRatio().get(Peer.LOOP);
      if (loop != null) {
        text.append("loop's CPU ").append(loop.toText());
      }
      line("%-42s %-18s  %s", row.setting().toText(), row.shell().title(), text);
    }
  }

  private void printLatency(Results.LatencyResults latency) {
    line(
        "%nopen loop from another process, timed from when a record was due; batch timeout %d ms",
        latency.batchTimeoutMillis());
    latency
        .capacities()
        .forEach((peer, rate) -> line("capacity of %-26s %,12.0f records/s", peer.title(), rate));
    line(
        "%-24s %-14s %10s %9s %9s %9s %9s %9s",
        "arm", "load", "records/s", "p50 ms", "p95", "p99", "p99.9", "max");
    for (Latency.Level level : latency.levels()) {
      line(
          "%-24s %-14s %,10.0f %9.2f %9.2f %9.2f %9.2f %9.2f",
          level.peer().title(),
          level.load(),
          level.recordsPerSecond(),
          level.p50Millis(),
          level.p95Millis(),
          level.p99Millis(),
          level.p999Millis(),
          level.maxMillis());
    }
    for (Latency.Burst burst : latency.bursts()) {
      line("burst of 110%%, %s", burst.toText());
    }
  }

  private void printLoads(Loads loads) {
    line("%n%-6s %-34s %24s %16s", "model", "loaded from", "ms (least..most)", "peak MB besides");
    for (Loads.Load load : loads.loads()) {
      line(
          "%-6s %-34s %24s %16.0f",
          load.megabytes() + " MB",
          load.way().title(),
          load.millis().toText(),
          load.peakMegabytes());
    }
    for (Loads.Fetch fetch : loads.fetches()) {
      line(
          "fetch of %d MB from %s: %s MB/s, %s of a plain copy",
          fetch.megabytes(),
          fetch.from(),
          fetch.megabytesPerSecond().toText(),
          fetch.ofCopy().toText());
    }
  }

  private void line(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }
}
