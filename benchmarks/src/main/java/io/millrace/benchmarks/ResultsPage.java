package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Results.LatencyResults;
import io.millrace.benchmarks.Results.Measured;
import io.millrace.benchmarks.Results.Row;
import io.millrace.benchmarks.Results.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A run as a page in Markdown with its plots beside it. */
final class ResultsPage {
  private final Results results;
  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new PrintWriter(text);

  private ResultsPage(Results results) {
    this.results = results;
  }

  /** Writes {@code benchmarks.md} and its plots into the folder, which is made if need be. */
  static void write(Results results, Path folder) throws IOException {
    Files.createDirectories(folder);
    List<String> plots = ResultsPlots.write(results, folder);
    Files.writeString(folder.resolve("benchmarks.md"), new ResultsPage(results).page(plots));
  }

  private String page(List<String> plots) {
    head();
    marks();
    plots.forEach(plot -> line("%n![%s](%s)", plot.replace(".png", "").replace('-', ' '), plot));
    arms();
    cells();
    if (results.arms().stream().anyMatch(arm -> arm.peer() == Peer.REPLAY)) {
      replays();
    }
    LatencyResults latency = results.latency();
    if (latency != null) {
      latency(latency);
    }
    Loads loads = results.loads();
    if (loads != null) {
      loads(loads);
    }
    return text.toString();
  }

  private void head() {
    Machine machine = results.machine();
    line("# Benchmarks%n");
    line("This page was written by `%s` (to `benchmarks/target/results/`), in", results.command());
    line(
        "%d minutes on %s: %s, %d cores, %d GiB, %s, %s; commit %s; %s.%n",
        results.seconds() / 60,
        results.time().substring(0, 10),
        machine.processor(),
        machine.cores(),
        Math.round(machine.memoryMebibytes() / 1024.0),
        machine.system(),
        machine.jvm(),
        machine.commit(),
        versions(machine.versions()));
    if (!results.arms().isEmpty()) {
      line(
          "All arms take turns in one JVM, round after round; a ratio is the median over %d rounds of the",
          results.arms().stream().mapToInt(arm -> arm.recordsPerSecond().count()).max().orElse(0));
      line(
          "ratios within a round, with the least and the most behind it. Outputs of all arms agree within %s.",
          "%.0e".formatted(results.tolerance()));
    }
    line(
        "The anchor, a loop of bare engine calls, varied by %.0f%% (15%% are allowed); rounds left out, as it",
        results.anchorRecordsPerSecond().variation() * 100);
    line("would have varied by more: %d.", results.roundsLeftOut());
    line(
        results.intraOpThreads() == 1
            ? "An op has one thread, as in a TaskManager.%n"
            : "An op has a thread for each core, which the heavy network takes at parallelism 1, too.%n");
    results
        .networks()
        .forEach((name, shape) -> line("- %s: %s", name.toLowerCase(Locale.ROOT), shape));
  }

  private static String versions(Map<String, String> versions) {
    return versions.entrySet().stream()
        .map(version -> version.getKey() + " " + version.getValue())
        .collect(Collectors.joining(", "));
  }

  private void marks() {
    line("%n## Marks%n%n| claim | measured | mark | |%n| --- | --- | --- | --- |");
    for (Verdict verdict : results.marks()) {
      Mark mark = verdict.mark();
      line(
          "| %s | %s %s | %s %s | %s |",
          mark.claim(),
          mark.figure().toText(),
          mark.unit(),
          mark.atLeast() ? ">=" : "<=",
          mark.mark(),
          verdict.holds() ? "HOLD" : "**MISS**");
    }
    Spread limit = results.jsonLimit();
    if (limit != null) {
      line(
          "%nJSON: parsing a batch and then calling the bare engine, with nothing around them, would be at");
      line("%s of parsing alone.", limit.toText());
    }
    Switches switches = results.switches();
    if (switches != null) {
      line(
          "%nThe longest gaps in stretches of the same job without a switch: %s ms.",
          switches.gapMillisWithout().toText());
    }
    results
        .loading()
        .forEach(
            it ->
                line(
                    "%nA load beside %s took %s ms, from its command to the first score.",
                    it.peer().title(), it.loadMillis().toText()));
  }

  private void arms() {
    if (results.arms().isEmpty()) {
      return;
    }
    line(
        "%n## Every arm%n%n| arm | setting | records/s | CPU us a record |%n| --- | --- | --- | --- |");
    for (Measured arm : results.arms()) {
      line(
          "| %s | %s | %s | %s |",
          arm.peer().title(),
          setting(arm.setting()),
          arm.recordsPerSecond().toText(),
          arm.cpuMicrosPerRecord().toText());
    }
  }

  private void cells() {
    if (results.cells().isEmpty()) {
      return;
    }
    line(
        "%n## Ratios%n%nTimes the records/s of the other; of a plain loop, its CPU over the shell's own.%n");
    line("| setting | shell | against | |%n| --- | --- | --- | --- |");
    for (Row row : results.cells()) {
      row.speedup().forEach((peer, spread) -> ratio(row, peer.title(), spread));
      Spread loop = row.cpuRatio().get(Peer.LOOP);
      if (loop != null) {
        ratio(row, "plain loop, CPU", loop);
      }
    }
  }

  private void ratio(Row row, String other, Spread spread) {
    line(
        "| %s | %s | %s | %s |",
        setting(row.setting()), row.shell().title(), other, spread.toText());
  }

  private void replays() {
    line(
        "%n## Replays%n%nThe whole job of `millrace replay` in batch mode, with `batching.deterministic`,");
    line(
        "from local files that the page cache holds to files of JSON lines; parquet and avro are packed");
    line(
        "by Snappy. Its clock, and that of reading alone, runs from when the tasks run, the model loaded,");
    line(
        "to the end of the job: the output is whole then. In memory it runs from the second record that");
    line(
        "enters to the last that leaves. Reading alone is the replay's source with the same columns, whose");
    line(
        "records are dropped. Throughput per core is CPU per record: a replay reads in a thread beside");
    line(
        "that which scores, so that at parallelism 1 it has more than one core where there are more.");
  }

  private static String setting(Setting setting) {
    return setting.toText().replaceAll(" +", " ");
  }

  private void latency(LatencyResults latency) {
    line(
        "%n## Latency%n%nOpen loop: a generator in another process sends each record when it is due, and");
    line(
        "the time is taken from then to when its score leaves. Batch timeout %d ms.%n",
        latency.batchTimeoutMillis());
    line(
        "| arm | load | records/s | p50 ms | p95 | p99 | p99.9 | max |%n| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Latency.Level level : latency.levels()) {
      line(
          "| %s | %s | %,.0f | %.2f | %.2f | %.2f | %.2f | %.2f |",
          level.peer().title(),
          level.load(),
          level.recordsPerSecond(),
          level.p50Millis(),
          level.p95Millis(),
          level.p99Millis(),
          level.p999Millis(),
          level.maxMillis());
    }
    line("%nA burst of 110%% of what an arm can do, then 70%%:%n");
    for (Latency.Burst burst : latency.bursts()) {
      line("- %s", burst.toText());
    }
  }

  private void loads(Loads loads) {
    line(
        "%n## Loading%n%nHow long it takes until a model can be run, and how much memory a new process has");
    line("at the most beyond what it had before. HDFS is on the same machine.%n");
    line("| model | from | ms | peak MB |%n| --- | --- | --- | --- |");
    for (Loads.Load load : loads.loads()) {
      line(
          "| %d MB | %s | %s | %.0f |",
          load.megabytes(), load.way().title(), load.millis().toText(), load.peakMegabytes());
    }
    line(
        "%nA fetch to the cache, hashed and on the disk (fsync), in turns with plain copies of the");
    line("same files, one likewise on the disk and one that may be in the page cache alone:%n");
    for (Loads.Fetch fetch : loads.fetches()) {
      line(
          "- %d MB from %s: %s MB/s, %s of a copy on the disk, %s of one in the page cache",
          fetch.megabytes(),
          fetch.from(),
          fetch.megabytesPerSecond().toText(),
          fetch.ofCopy().toText(),
          fetch.ofCopyToMemory().toText());
    }
  }

  private void line(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }
}
