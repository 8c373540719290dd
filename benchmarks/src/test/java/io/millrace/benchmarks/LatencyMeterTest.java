package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatencyMeterTest {
  private static final long START = 7_000_000_000L;

  private final LatencyMeter meter = LatencyMeter.begin();

  private void record(long dueMillis, long waitMillis) {
    long due = START + TimeUnit.MILLISECONDS.toNanos(dueMillis);
    meter.record(due, due + TimeUnit.MILLISECONDS.toNanos(waitMillis));
  }

  @Test
  void between_takesRecordsByWhenTheyWereDue() {
    record(0, 1);
    record(150, 400);
    record(250, 2);
    assertThat(meter.between(0, 300).getTotalCount()).isEqualTo(3);
    assertThat(meter.between(100, 200).getMinValue()).isBetween(397_000L, 403_000L);
  }

  @Test
  void throughput_takesRecordsByWhenTheyLeft() {
    record(0, 1);
    record(150, 400);
    record(250, 2);
    assertThat(meter.throughput(500, 600)).isEqualTo(10);
    assertThat(meter.throughput(100, 200)).isEqualTo(0);
  }

  @Test
  void millisUntilWithin_lastsUntilTheLastSlowWindow() {
    for (int window = 0; window < 10; window++) {
      record(window * 100L, window == 4 || window == 6 ? 50 : 1);
    }
    assertThat(meter.millisUntilWithin(10_000, 300)).hasValue(400);
    assertThat(meter.millisUntilWithin(10_000, 800)).hasValue(0);
  }

  @Test
  void millisUntilWithin_stillSlowAtTheEnd_isNever() {
    record(0, 1);
    record(100, 50);
    assertThat(meter.millisUntilWithin(10_000, 0)).isEmpty();
  }
}
