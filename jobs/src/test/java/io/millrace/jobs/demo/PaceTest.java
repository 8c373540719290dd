package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final Pace pace = new Pace(1_000, Duration.ofSeconds(4));

  @Test
  void due_whileRising_growsFromNothingToTheRate() {
    assertThat(pace.due(Duration.ZERO)).isZero();
    assertThat(pace.due(Duration.ofSeconds(2))).isEqualTo(500);
    assertThat(pace.due(Duration.ofSeconds(4))).isEqualTo(2_000);
  }

  @Test
  void due_afterwards_isTheRate() {
    long before = pace.due(Duration.ofSeconds(7));
    assertThat(pace.due(Duration.ofSeconds(8)) - before).isEqualTo(1_000);
  }

  @Test
  void due_withoutARise_isTheRateFromTheStart() {
    assertThat(new Pace(1_000, Duration.ZERO).due(Duration.ofMillis(1_500))).isEqualTo(1_500);
  }
}
