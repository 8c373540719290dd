package io.millrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures from about the first record that enters a job to the last that leaves it, so that
 * neither the job's start nor the load of a model counts. One run at a time; the job's functions
 * reach it in this JVM.
 */
final class Meter {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static volatile Meter current = new Meter(0);

  private final int expected;
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger errorBits = new AtomicInteger();
  private final AtomicLong start = new AtomicLong();
  private volatile long startCpu;
  private volatile long end;
  private volatile long endCpu;

  private Meter(int expected) {
    this.expected = expected;
  }

  /** Begins a run of so many records. */
  static Meter begin(int records) {
    Meter meter = new Meter(records);
    current = meter;
    return meter;
  }

  static Meter current() {
    return current;
  }

  /** Starts the clock, unless it runs. */
  void entered() {
    long cpu = SYSTEM.getProcessCpuTime();
    if (start.compareAndSet(0, System.nanoTime())) {
      startCpu = cpu;
    }
  }

  /** Records have left, or are found; the last stops the clock if nobody has. */
  void left(int records, float largestError) {
    // The bits of floats of at least 0 are ordered as they are, and NaN is above all.
    errorBits.accumulateAndGet(Float.floatToIntBits(largestError), Math::max);
    if (arrived.addAndGet(records) == expected && end == 0) {
      stop();
    }
  }

  void stop() {
    end = System.nanoTime();
    endCpu = SYSTEM.getProcessCpuTime();
  }

  /** The furthest that an output was off so far. */
  float largestError() {
    return Float.intBitsToFloat(errorBits.get());
  }

  /**
   * @throws IllegalStateException if records are missing or came twice
   */
  Sample sample(String arm) {
    if (arrived.get() != expected) {
      throw new IllegalStateException(
          arm + " answered " + arrived.get() + " of " + expected + " records");
    }
    return new Sample(expected, end - start.get(), endCpu - startCpu, largestError());
  }
}
