package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnchorTest {
  private static Anchor anchor(double... rounds) {
    Anchor anchor = new Anchor();
    for (double round : rounds) {
      anchor.add(round);
      anchor.endRound();
    }
    return anchor;
  }

  @Test
  void isSteady_upToFifteenPercent() {
    assertThat(anchor(100, 92, 106).isSteady()).isTrue();
    assertThat(anchor(100, 92, 109).isSteady()).isFalse();
  }

  @Test
  void endRound_oneHiccupWithinIt_doesNotCount() {
    Anchor anchor = anchor(100, 100);
    anchor.add(101);
    anchor.add(20);
    anchor.add(99);
    anchor.endRound();
    assertThat(anchor.isSteady()).isTrue();
  }

  @Test
  void toText_saysHowMuchItVaries() {
    assertThat(anchor(100, 80, 120).toText())
        .isEqualTo(
            "anchor (bare engine call): 100 (80..120) records/s, varies by 40% over 3 rounds,"
                + " allowed 15%");
  }
}
