package io.millrace.testing.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {
  private static final Duration POLL = Duration.ofNanos(1);

  private final AtomicInteger looks = new AtomicInteger();

  @Test
  void first_enoughAtTheThirdLook_returnsThatOne() throws Exception {
    int third =
        Await.first(
            "three", Duration.ofMinutes(1), POLL, looks::incrementAndGet, count -> count >= 3);
    assertThat(third).isEqualTo(3);
    assertThat(looks).hasValue(3);
  }

  @Test
  void first_neverEnough_namesWhatWasAwaitedAndTheLastLook() {
    assertThatThrownBy(
            () -> Await.first("less", Duration.ZERO, POLL, looks::decrementAndGet, n -> n > 0))
        .isInstanceOf(AssertionError.class)
        .hasMessage("not within 0 s: less (last look: %d)", looks.get());
  }
}
