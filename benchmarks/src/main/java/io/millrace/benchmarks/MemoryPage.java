package io.millrace.benchmarks;

import io.millrace.benchmarks.MemoryCurves.Curve;
import io.millrace.benchmarks.SoakPlan.Kind;
import io.millrace.testing.soak.Growth;
import io.millrace.testing.soak.Holdings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The soaks of a run as a page in Markdown with its plots beside it. */
final class MemoryPage {
  private static final Map<String, String> CAPTIONS =
      Map.of(
          "resident-loads.png",
          "Models loaded, run and closed by the engine alone; and a tenth as many without `close()`.",
          "resident-switches.png",
          "Versions published to a running job; and a tenth as many while each is loaded once more"
              + " and never closed.",
          "close-up.png",
          "The two runs in which everything is closed, from the end of the warm-up on. Zero is the"
              + " median of the first third.",
          "threads-and-descriptors.png",
          "What else a process can run out of: threads, Java's and others, and descriptors of files"
              + " and sockets.",
          "metaspace.png",
          "The memory of the classes that are loaded.");

  private final List<Curve> curves;
  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new PrintWriter(text);

  private MemoryPage(List<Curve> curves) {
    this.curves = curves;
  }

  /** Writes {@code memory.md} and its plots into the folder, which exists. */
  static void write(List<Curve> curves, Machine machine, Duration took, boolean quick, Path folder)
      throws IOException {
    List<String> plots = MemoryPlots.write(curves, folder);
    MemoryPage page = new MemoryPage(curves);
    page.head(machine, took, quick);
    page.table();
    plots.forEach(page::plot);
    Files.writeString(folder.resolve("memory.md"), page.text.toString());
  }

  private void head(Machine machine, Duration took, boolean quick) {
    line("# Memory that comes back%n");
    line(
        "This page was written by `mvn -q -Pbench %sverify -Dbench.main=%s`",
        quick ? "-Dquick " : "", MemoryCurves.class.getName());
    line(
        "(to `benchmarks/target/memory/`, with the samples as CSV), in %d seconds on %s:",
        took.toSeconds(), LocalDate.now());
    line(
        "%s, %d cores, %s, %s; commit %s; Flink %s, TensorFlow %s.%n",
        machine.processor(),
        machine.cores(),
        machine.system(),
        machine.jvm(),
        machine.commit(),
        machine.versions().getOrDefault("flink", "?"),
        machine.versions().getOrDefault("tensorflow", "?"));
    line(
        "Each run is a JVM of its own, whose heap of 512 MiB is resident from the start and whose");
    line("malloc has one arena. A hundred times it collects the heap, gives malloc's free memory");
    line(
        "back and takes a look. The first quarter is warm-up; behind it, the slope of the resident");
    line("memory is Theil's (the median over all pairs of samples), and the rest is the median of");
    line("the last third less that of the first.%n");
    line("`mvn verify` makes a run of 5,000 loads and one of 1,000 switches, and fails if one of");
    line("them grows, or if one in which nothing is closed does not; `-Pnightly`: 500,000 and");
    line(
        "100,000. The models are some that are made here (variables, tables, strings, rows of any");
    line("length) and, where `-Dmillrace.models` names a folder of them, other people's.");
  }

  private void table() {
    line("%n| | steps | memory a step | metaspace | threads | descriptors | MiB at the end | |");
    line("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Curve curve : curves) {
      Growth growth = curve.soak().growth();
      List<Holdings> samples = curve.soak().samples();
      line(
          "| %s | %,d | %+,.0f B | %+,.0f KiB | %+.0f | %+.0f | %,d | %s |",
          title(curve.plan()),
          curve.plan().steps(),
          growth.residentBytesPerStep(),
          growth.metaspaceBytes() / 1024,
          growth.threads(),
          growth.descriptors(),
          samples.get(samples.size() - 1).residentBytes() >> 20,
          verdict(curve));
    }
    Growth limits = SoakPlan.LIMITS;
    line(
        "| *mark* | | <= %,.0f B | <= %,.0f KiB | 0 | 0 | | |",
        limits.residentBytesPerStep(), limits.metaspaceBytes() / 1024);
  }

  /** Where nothing is closed, growth is what has to be seen. */
  private static String verdict(Curve curve) {
    if (!MemoryCurves.isAsExpected(curve)) {
      return "**MISS**";
    }
    return curve.plan().closing() ? "HOLD" : "found";
  }

  private static String title(SoakPlan plan) {
    String title =
        plan.kind() == Kind.LOADS ? "load, run, close" : "version switch in a running job";
    return plan.closing() ? title : title + ", without `close()`";
  }

  private void plot(String file) {
    line("%n![%s](%s)%n", file.replace(".png", "").replace('-', ' '), file);
    line("%s", CAPTIONS.getOrDefault(file, ""));
  }

  private void line(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }
}
