package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BatchDeadlineTest {
  private static final long MS = 1_000_000;
  private final BatchDeadline deadline = new BatchDeadline(Duration.ofMillis(5));

  @Test
  void onTimer_forALoneBatch_isDue() {
    assertThat(deadline.opened(0)).isTrue();
    assertThat(deadline.onTimer(5 * MS)).isZero();
  }

  @Test
  void opened_withATimerOutstanding_needsNoOther() {
    deadline.opened(0);
    deadline.flushed();
    assertThat(deadline.opened(2 * MS)).isFalse();
  }

  @Test
  void onTimer_ofAnEarlierBatch_isSetAgainForTheRest() {
    deadline.opened(0);
    deadline.flushed();
    deadline.opened(2 * MS);
    assertThat(deadline.onTimer(5 * MS)).isEqualTo(2 * MS);
    assertThat(deadline.onTimer(7 * MS)).isZero();
  }

  @Test
  void onTimer_withoutABatch_endsUntilTheNextOne() {
    deadline.opened(0);
    deadline.flushed();
    assertThat(deadline.onTimer(5 * MS)).isEqualTo(-1);
    assertThat(deadline.opened(6 * MS)).isTrue();
  }

  @Test
  void onTimer_atEveryInstant_neverLetsABatchWaitLongerThanItsTimeout() {
    long timerAt = -1;
    long opened = -1;
    java.util.Random random = new java.util.Random(7);
    for (long now = 0; now < 2_000 * MS; now += MS / 2) {
      if (opened >= 0) {
        assertThat(now - opened).isLessThanOrEqualTo(5 * MS);
      }
      if (now == timerAt) {
        long left = deadline.onTimer(now);
        timerAt = left > 0 ? now + left : -1;
        if (left == 0) {
          deadline.flushed();
          opened = -1;
        }
      }
      if (opened < 0 && random.nextInt(4) == 0) {
        opened = now;
        if (deadline.opened(now)) {
          timerAt = now + 5 * MS;
        }
      } else if (opened >= 0 && random.nextInt(6) == 0) {
        deadline.flushed();
        opened = -1;
      }
    }
  }
}
