package io.millrace.jobs;

import io.millrace.connectors.files.FileHistory;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.jspecify.annotations.Nullable;

/**
 * How far a Flink inside this JVM has come with the files that its job reads: the job's own
 * metrics, which a cluster's reporters have as well. Thread-safe.
 *
 * <pre>{@code
 * try (LocalFlink flink = LocalFlink.start(configuration, 2)) {
 *   flink.runUntilFinished(graph, () -> System.out.println(flink.progress().now()));
 * }
 * }</pre>
 */
public final class ReplayProgress implements MetricReporter {
  private static final String SUBTASK = "<subtask_index>";

  // A subtask that runs again begins anew: what an earlier attempt of it read does not count.
  private final Map<String, Counter> records = new ConcurrentHashMap<>();
  private final Map<String, Counter> bytes = new ConcurrentHashMap<>();
  private volatile @Nullable Gauge<?> total;

  /**
   * A moment of the run.
   *
   * @param records that were read
   * @param bytes of the files that were read, as they are stored
   * @param totalBytes of all files, 0 as long as they are not known
   */
  public record Moment(long records, long bytes, long totalBytes) {}

  /** Flink makes its reporters by class. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new ReplayProgress();
    }
  }

  /** As things are. */
  public Moment now() {
    Gauge<?> all = total;
    long totalBytes = all != null && all.getValue() instanceof Long found ? found : 0;
    return new Moment(sum(records), sum(bytes), totalBytes);
  }

  private static long sum(Map<String, Counter> counters) {
    return counters.values().stream().mapToLong(Counter::getCount).sum();
  }

  @Override
  public void open(MetricConfig config) {
    // There is nothing to configure.
  }

  @Override
  public void close() {
    // What was read stays known.
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    switch (name) {
      case FileHistory.RECORDS_READ -> put(records, metric, group);
      case FileHistory.BYTES_READ -> put(bytes, metric, group);
      case FileHistory.BYTES_TOTAL -> {
        if (metric instanceof Gauge<?> gauge) {
          total = gauge;
        }
      }
      default -> {
        // Of all others.
      }
    }
  }

  private static void put(Map<String, Counter> counters, Metric metric, MetricGroup group) {
    if (metric instanceof Counter counter) {
      counters.put(group.getAllVariables().getOrDefault(SUBTASK, ""), counter);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    // A subtask that has ended has read what it has read.
  }
}
