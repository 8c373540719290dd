package io.millrace.testing.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * What a process held while it did the same thing again and again.
 *
 * <pre>{@code
 * Soak soak = new Soak();
 * for (int step = 1; step <= 5_000; step++) {
 *   engine.load(files, options).close();
 *   if (step % 50 == 0) {
 *     soak.add(Holdings.ofThisProcess(step));
 *   }
 * }
 * assertThat(soak.growth().beyond(new Growth(1024, 1 << 20, 0, 0))).isEmpty();
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class Soak {
  /** Of the samples, at the beginning, while caches fill and pools come to their size. */
  private static final double WARM_UP = 0.25;

  private static final int FEWEST_SAMPLES = 12;

  private final List<Holdings> samples = new ArrayList<>();

  /**
   * Adds a sample.
   *
   * @throws IllegalArgumentException unless its step is above that of the one before
   */
  public void add(Holdings sample) {
    if (!samples.isEmpty() && sample.step() <= samples.get(samples.size() - 1).step()) {
      throw new IllegalArgumentException(
          "step " + sample.step() + " after " + samples.get(samples.size() - 1).step());
    }
    samples.add(sample);
  }

  /** All samples, the first one first. */
  public List<Holdings> samples() {
    return List.copyOf(samples);
  }

  /** Those behind the warm-up, which is the first quarter. */
  public List<Holdings> afterWarmUp() {
    return List.copyOf(samples.subList((int) (samples.size() * WARM_UP), samples.size()));
  }

  /**
   * How what is held grew after the warm-up: the resident memory by Theil's slope (the median over
   * all pairs of samples, which a quarter of the samples may lie off without moving it much), the
   * others by the median of the last third less that of the first.
   *
   * @throws IllegalStateException if there are too few samples
   */
  public Growth growth() {
    List<Holdings> counted = afterWarmUp();
    if (samples.size() < FEWEST_SAMPLES) {
      throw new IllegalStateException(
          samples.size() + " samples: expected " + FEWEST_SAMPLES + " or more");
    }
    return new Growth(
        slope(counted),
        difference(counted, Holdings::metaspaceBytes),
        difference(counted, Holdings::threads),
        difference(counted, Holdings::descriptors));
  }

  private static double slope(List<Holdings> counted) {
    int count = counted.size();
    double[] slopes = new double[count * (count - 1) / 2];
    int next = 0;
    for (int i = 0; i < count; i++) {
      for (int j = i + 1; j < count; j++) {
        Holdings from = counted.get(i);
        Holdings to = counted.get(j);
        double bytes = to.residentBytes() - from.residentBytes();
        slopes[next++] = bytes / (to.step() - from.step());
      }
    }
    return median(slopes);
  }

  private static double difference(List<Holdings> counted, ToDoubleFunction<Holdings> figure) {
    int third = counted.size() / 3;
    double[] values = counted.stream().mapToDouble(figure).toArray();
    return median(Arrays.copyOfRange(values, values.length - third, values.length))
        - median(Arrays.copyOf(values, third));
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  /** Writes every sample, the warm-up's too; the folder is made where it does not exist. */
  public void writeCsv(Path file) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    List<String> lines = new ArrayList<>(List.of(Holdings.CSV_HEADER));
    samples.forEach(sample -> lines.add(sample.toCsv()));
    Files.write(file, lines);
  }
}
