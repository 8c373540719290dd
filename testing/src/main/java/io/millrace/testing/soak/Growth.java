package io.millrace.testing.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How what a process holds grew while it did the same thing again and again.
 *
 * @param residentBytesPerStep the slope of its resident memory
 * @param metaspaceBytes from the beginning to the end
 * @param threads likewise
 * @param descriptors likewise
 */
public record Growth(
    double residentBytesPerStep, double metaspaceBytes, double threads, double descriptors) {

  /** Each figure that is above its limit, in words; none if all that is held stays the same. */
  public List<String> beyond(Growth limits) {
    List<String> beyond = new ArrayList<>();
    compare("resident bytes a step", residentBytesPerStep, limits.residentBytesPerStep(), beyond);
    compare("metaspace bytes", metaspaceBytes, limits.metaspaceBytes(), beyond);
    compare("threads", threads, limits.threads(), beyond);
    compare("descriptors", descriptors, limits.descriptors(), beyond);
    return beyond;
  }

  private static void compare(String what, double grown, double limit, List<String> beyond) {
    if (!(grown <= limit)) {
      beyond.add(
          String.format(
              Locale.ROOT, "%s: grew by %,.1f, expected up to %,.1f", what, grown, limit));
    }
  }

  /** {@code resident memory +12 B a step, metaspace +3 KiB, threads +0, descriptors +0}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "resident memory %+,.0f B a step, metaspace %+,.0f KiB, threads %+.1f, descriptors %+.1f",
        residentBytesPerStep,
        metaspaceBytes / 1024,
        threads,
        descriptors);
  }
}
