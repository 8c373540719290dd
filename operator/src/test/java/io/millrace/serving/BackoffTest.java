package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Backoff BACKOFF =
      new Backoff(8, Duration.ofSeconds(1), Duration.ofSeconds(30));

  /** Always gives the same fraction. */
  private static RandomGenerator fraction(double value) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new UnsupportedOperationException();
      }

      @Override
      public double nextDouble() {
        return value;
      }
    };
  }

  @Test
  void delay_doublesUpToTheLongest() {
    assertThat(IntStream.rangeClosed(1, 8).mapToObj(retry -> BACKOFF.delay(retry, fraction(0))))
        .extracting(Duration::toSeconds)
        .containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
    assertThat(BACKOFF.delay(Integer.MAX_VALUE, fraction(0))).isEqualTo(Duration.ofSeconds(30));
    Backoff extreme = new Backoff(9, Duration.ofNanos(1), Duration.ofNanos(Long.MAX_VALUE));
    assertThat(extreme.delay(1_000, fraction(0)).toNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void delay_chanceShortensItByUpToAHalf() {
    assertThat(BACKOFF.delay(3, fraction(0.5))).isEqualTo(Duration.ofSeconds(3));
    long seed = System.nanoTime();
    System.out.println("back-off: seed " + seed);
    Random random = new Random(seed);
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 1_000; i++) {
      long millis = BACKOFF.delay(3, random).toMillis();
      least = Math.min(least, millis);
      most = Math.max(most, millis);
    }
    assertThat(least).isBetween(2_000L, 2_200L);
    assertThat(most).isBetween(3_800L, 4_000L);
  }

  @Test
  void backoff_thatIsNone_isRefused() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> new Backoff(-1, second, second)).hasMessageContaining("-1 retries");
    assertThatThrownBy(() -> new Backoff(1, Duration.ZERO, second)).hasMessageContaining("PT0S");
    assertThatThrownBy(() -> new Backoff(1, second, Duration.ofMillis(1)))
        .hasMessageContaining("ascending");
  }
}
