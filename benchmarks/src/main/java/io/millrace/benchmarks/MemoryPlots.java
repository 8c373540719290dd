package io.millrace.benchmarks;

import io.millrace.benchmarks.MemoryCurves.Curve;
import io.millrace.benchmarks.SoakPlan.Kind;
import io.millrace.testing.soak.Holdings;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The plots of {@link MemoryPage}. */
final class MemoryPlots {
  private static final double MEBIBYTE = 1 << 20;
  private static final String MEMORY = "resident memory (MiB)";
  private static final String STEPS = "loads, or switches";
  private static final Color LIMIT = new Color(0x777777);

  private final List<Curve> curves;
  private final Path folder;
  private final List<String> written = new ArrayList<>();

  private MemoryPlots(List<Curve> curves, Path folder) {
    this.curves = curves;
    this.folder = folder;
  }

  /** Returns the files' names. */
  static List<String> write(List<Curve> curves, Path folder) throws IOException {
    MemoryPlots plots = new MemoryPlots(curves, folder);
    plots.resident(Kind.LOADS);
    plots.resident(Kind.SWITCHES);
    plots.closeUp();
    plots.counts();
    plots.metaspace();
    return plots.written;
  }

  /** What is called a step: {@code loads}. */
  private static String steps(Kind kind) {
    return kind == Kind.LOADS ? "loads" : "switches in a running job";
  }

  private void resident(Kind kind) throws IOException {
    XYChart chart = chart("Resident memory by " + steps(kind), steps(kind), MEMORY);
    chart.getStyler().setYAxisMin(0.0);
    for (Curve curve : curves) {
      if (curve.plan().kind() == kind) {
        line(
            chart,
            curve.plan().closing() ? "each closed" : "none closed",
            curve.soak().samples(),
            Holdings::step,
            it -> it.residentBytes() / MEBIBYTE);
      }
    }
    save(chart, "resident-" + steps(kind).replaceAll(" .*", ""));
  }

  /** What was added since the warm-up, beside what may be. */
  private void closeUp() throws IOException {
    XYChart chart =
        chart(
            "Resident memory since the warm-up, each model closed",
            STEPS + " since the warm-up",
            "more than at first (MiB)");
    long last = 0;
    for (Curve curve : curves) {
      if (curve.plan().closing()) {
        List<Holdings> counted = curve.soak().afterWarmUp();
        Holdings first = counted.get(0);
        double from = atFirst(counted);
        line(
            chart,
            steps(curve.plan().kind()),
            counted,
            it -> it.step() - first.step(),
            it -> (it.residentBytes() - from) / MEBIBYTE);
        last = Math.max(last, counted.get(counted.size() - 1).step() - first.step());
      }
    }
    limit(chart, last);
    save(chart, "close-up");
  }

  /** The median of the first third, as one look alone may have been at an odd moment. */
  private static double atFirst(List<Holdings> counted) {
    long[] bytes =
        counted.stream().limit(counted.size() / 3).mapToLong(Holdings::residentBytes).toArray();
    Arrays.sort(bytes);
    return bytes[bytes.length / 2];
  }

  private static void limit(XYChart chart, long steps) {
    double most = steps * SoakPlan.LIMITS.residentBytesPerStep() / MEBIBYTE;
    XYSeries limit =
        chart.addSeries("limit: 1 KiB a step", new double[] {0, steps}, new double[] {0, most});
    limit.setMarker(SeriesMarkers.NONE).setLineColor(LIMIT);
    limit.setLineStyle(
        new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {6}, 0));
  }

  private void counts() throws IOException {
    XYChart chart = chart("Threads and descriptors, each model closed", STEPS, "number");
    chart.getStyler().setYAxisMin(0.0);
    for (Curve curve : curves) {
      if (curve.plan().closing()) {
        String kind = steps(curve.plan().kind());
        List<Holdings> all = curve.soak().samples();
        line(chart, "threads, " + kind, all, Holdings::step, Holdings::threads);
        line(chart, "descriptors, " + kind, all, Holdings::step, Holdings::descriptors);
      }
    }
    save(chart, "threads-and-descriptors");
  }

  private void metaspace() throws IOException {
    XYChart chart = chart("Metaspace, each model closed", STEPS, "metaspace (MiB)");
    chart.getStyler().setYAxisMin(0.0);
    for (Curve curve : curves) {
      if (curve.plan().closing()) {
        line(
            chart,
            steps(curve.plan().kind()),
            curve.soak().samples(),
            Holdings::step,
            it -> it.metaspaceBytes() / MEBIBYTE);
      }
    }
    save(chart, "metaspace");
  }

  private static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(ResultsPlots.WIDTH)
            .height(ResultsPlots.HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    ResultsPlots.style(chart.getStyler());
    chart.getStyler().setYAxisLogarithmic(false);
    chart.getStyler().setXAxisDecimalPattern("#,###");
    return chart;
  }

  private static void line(
      XYChart chart,
      String name,
      List<Holdings> samples,
      ToDoubleFunction<Holdings> x,
      ToDoubleFunction<Holdings> y) {
    chart
        .addSeries(
            name,
            samples.stream().mapToDouble(x).toArray(),
            samples.stream().mapToDouble(y).toArray())
        .setMarker(SeriesMarkers.NONE);
  }

  private void save(XYChart chart, String name) throws IOException {
    ResultsPlots.write(chart, folder.resolve(name));
    written.add(name + ".png");
  }
}
