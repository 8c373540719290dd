package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Results.LatencyResults;
import io.millrace.benchmarks.Results.Measured;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The plots of {@link ResultsPage}. */
final class ResultsPlots {
  static final int WIDTH = 820;
  static final int HEIGHT = 420;

  /** Twice that of a plain screen; as SVG a plot takes half a megabyte. */
  private static final int DPI = 144;

  private static final Font TICKS = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  private static final Color[] COLORS = {
    new Color(0x1f6fb2),
    new Color(0xd9822b),
    new Color(0x4c9f70),
    new Color(0x8f5aa8),
    new Color(0x777777)
  };

  private final Results results;
  private final Path folder;
  private final List<String> written = new ArrayList<>();

  private ResultsPlots(Results results, Path folder) {
    this.results = results;
    this.folder = folder;
  }

  /** Writes what the results have data for; returns the files' names. */
  static List<String> write(Results results, Path folder) throws IOException {
    ResultsPlots plots = new ResultsPlots(results, folder);
    plots.peers();
    plots.batchSizes(Network.FFNN);
    plots.batchSizes(Network.HEAVY);
    LatencyResults latency = results.latency();
    if (latency != null) {
      plots.latency(latency);
    }
    return plots.written;
  }

  private boolean isSerialInMemory(Measured arm, Network network) {
    Setting setting = arm.setting();
    return setting.network() == network
        && setting.format() == Format.BINARY
        && setting.transport() == Transport.MEMORY
        && setting.parallelism() == 1;
  }

  private void peers() throws IOException {
    Map<String, Double> bars = new LinkedHashMap<>();
    results.arms().stream()
        .filter(arm -> isSerialInMemory(arm, Network.FFNN))
        .filter(arm -> arm.setting().cap() == Setting.ANY || arm.setting().cap() == Marks.CAP)
        .sorted(Comparator.comparingDouble(arm -> arm.recordsPerSecond().median()))
        .forEach(arm -> bars.put(arm.peer().title(), arm.recordsPerSecond().median()));
    if (bars.isEmpty()) {
      return;
    }
    CategoryChart chart =
        categories("Records per second, FFNN, binary, in memory, one core, batch " + Marks.CAP);
    chart.getStyler().setXAxisLabelRotation(30);
    chart.getStyler().setLegendVisible(false);
    chart.addSeries("records/s", List.copyOf(bars.keySet()), List.copyOf(bars.values()));
    chart.getStyler().setYAxisMin(powerOfTenBelow(bars.values()));
    save(chart, "peers");
  }

  private void batchSizes(Network network) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Records per second by largest batch, " + network.shape())
            .xAxisTitle("largest batch")
            .yAxisTitle("records/s")
            .build();
    style(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setXAxisDecimalPattern("#");
    for (Peer peer : List.of(Peer.CHAINED, Peer.BROADCAST, Peer.LOOP, Peer.ENGINE)) {
      List<Measured> arms =
          results.arms().stream()
              .filter(arm -> arm.peer() == peer && isSerialInMemory(arm, network))
              .sorted(Comparator.comparingInt(arm -> arm.setting().cap()))
              .toList();
      if (arms.size() > 1) {
        chart
            .addSeries(
                peer.title(),
                arms.stream().map(arm -> arm.setting().cap()).toList(),
                arms.stream().map(arm -> arm.recordsPerSecond().median()).toList())
            .setMarker(SeriesMarkers.CIRCLE);
      }
    }
    if (!chart.getSeriesMap().isEmpty()) {
      save(chart, "batch-sizes-" + network.name().toLowerCase(Locale.ROOT));
    }
  }

  private void latency(LatencyResults latency) throws IOException {
    CategoryChart chart = categories("Latency in ms by load, open loop, FFNN");
    chart.getStyler().setXAxisLabelRotation(30);
    List<String> names =
        latency.levels().stream().map(it -> it.peer().title() + ", " + it.load()).toList();
    Map<String, ToDoubleFunction<Latency.Level>> quantiles = new LinkedHashMap<>();
    quantiles.put("p50", Latency.Level::p50Millis);
    quantiles.put("p99", Latency.Level::p99Millis);
    quantiles.put("p99.9", Latency.Level::p999Millis);
    quantiles.put("max", Latency.Level::maxMillis);
    List<Double> all = new ArrayList<>();
    quantiles.forEach(
        (name, quantile) -> {
          List<Double> values = latency.levels().stream().map(quantile::applyAsDouble).toList();
          chart.addSeries(name, names, values);
          all.addAll(values);
        });
    chart.getStyler().setYAxisMin(powerOfTenBelow(all));
    save(chart, "latency");
  }

  /** Where bars begin that have no zero to begin at. */
  private static double powerOfTenBelow(Collection<Double> values) {
    return Math.pow(10, Math.floor(Math.log10(Collections.min(values)) - 1e-9));
  }

  private static CategoryChart categories(String title) {
    CategoryChart chart =
        new CategoryChartBuilder().width(WIDTH).height(HEIGHT + 100).title(title).build();
    style(chart.getStyler());
    chart.getStyler().setAvailableSpaceFill(0.7);
    return chart;
  }

  /** The look of all plots; the y axis is logarithmic. */
  static void style(AxesChartStyler styler) {
    styler.setYAxisLogarithmic(true);
    styler.setSeriesColors(COLORS);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setYAxisDecimalPattern("#,###.##");
    styler.setAxisTickLabelsFont(TICKS);
    styler.setPlotGridLinesColor(new Color(0xdddddd));
  }

  private void save(Chart<?, ?> chart, String name) throws IOException {
    write(chart, folder.resolve(name));
    written.add(name + ".png");
  }

  /**
   * @param file without its ending, which will be {@code .png}
   */
  static void write(Chart<?, ?> chart, Path file) throws IOException {
    BitmapEncoder.saveBitmapWithDPI(chart, file.toString(), BitmapFormat.PNG, DPI);
  }
}
