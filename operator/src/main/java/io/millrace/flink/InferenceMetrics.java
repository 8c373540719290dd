package io.millrace.flink;

import io.millrace.probe.ResidentMemory;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * The operator's metrics, in the group {@code millrace}; names as users of Beam and Flink ML know
 * them. Belongs to the task thread, but for the gauges, which Flink reads from its own.
 */
final class InferenceMetrics {
  private static final int WINDOW = 1_000;

  private final MetricGroup group;
  private final Counter inferences;
  private final Counter loadFailures;
  private final Counter switches;
  private final Histogram batchSize;
  private final Histogram batchMicros;
  private final Histogram waitMicros;
  private final Histogram loadMillis;
  private final Map<RecordReason, Counter> rejections = new EnumMap<>(RecordReason.class);
  private final Map<FlushReason, Counter> flushes = new EnumMap<>(FlushReason.class);
  private volatile long activeVersion = -1;
  private volatile long activeSince = -1;
  private volatile long activeBytes;
  private volatile long activeNativeBytes;

  InferenceMetrics(MetricGroup operator) {
    group = operator.addGroup("millrace");
    inferences = group.counter("num_inferences");
    loadFailures = group.counter("load_failures");
    switches = group.counter("model_switches");
    batchSize = histogram("inference_request_batch_size");
    batchMicros = histogram("inference_batch_latency_micro_secs");
    waitMicros = histogram("queuing_latency_micro_secs");
    loadMillis = histogram("load_model_latency_milli_secs");
    MetricGroup model = group.addGroup("ml").addGroup("model");
    model.gauge("version", () -> activeVersion);
    model.gauge("timestamp", () -> activeSince);
    group.gauge("model_byte_size", () -> activeBytes);
    group.gauge("model_native_bytes", () -> activeNativeBytes);
    group.gauge("open_models", SharedModel::held);
    group.gauge("open_models_native_bytes", SharedModel::heldNativeBytes);
    group.gauge("process_resident_bytes", InferenceMetrics::residentBytes);
    for (FlushReason reason : FlushReason.values()) {
      flushes.put(reason, group.addGroup("flushes").counter(name(reason)));
    }
    for (RecordReason reason : RecordReason.values()) {
      rejections.put(reason, group.addGroup("dead_letters").counter(reason.name()));
    }
  }

  private static long residentBytes() {
    try {
      return ResidentMemory.bytes();
    } catch (IOException e) {
      return -1;
    }
  }

  private Histogram histogram(String name) {
    return group.histogram(name, new DescriptiveStatisticsHistogram(WINDOW));
  }

  private static String name(FlushReason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  void flushed(FlushReason reason, long waitedNanos) {
    count(flushes, reason).inc();
    waitMicros.update(waitedNanos / 1_000);
  }

  void ran(int rows, long nanos) {
    if (rows == 0) {
      return;
    }
    batchSize.update(rows);
    batchMicros.update(nanos / 1_000);
  }

  void scored(int rows) {
    inferences.inc(rows);
  }

  void rejected(RecordReason reason) {
    count(rejections, reason).inc();
  }

  /** The version that scored is closed, and none takes its place yet. */
  void closed() {
    activeBytes = 0;
    activeNativeBytes = 0;
  }

  void loadFailed() {
    loadFailures.inc();
  }

  void switchedTo(ServedModel model) {
    switches.inc();
    activeVersion = model.version().version();
    activeSince = System.currentTimeMillis();
    activeBytes = model.bytes();
    activeNativeBytes = model.nativeBytes();
    loadMillis.update(model.times().load().plus(model.times().fetch()).toMillis());
  }

  private static <R> Counter count(Map<R, Counter> counters, R reason) {
    Counter counter = counters.get(reason);
    if (counter == null) {
      throw new IllegalStateException("no counter for " + reason);
    }
    return counter;
  }
}
