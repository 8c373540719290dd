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
  void steadiest_roundsOfAnotherMachine_areLeftOut() {
    Anchor anchor = anchor(100, 70, 95, 104, 140, 99);

    assertThat(anchor.steadiest(5)).isEmpty();
    assertThat(anchor.steadiest(4)).containsExactly(0, 2, 3, 5);
    assertThat(anchor.steadiest(3)).containsExactly(0, 3, 5);
    anchor.keep(anchor.steadiest(4));
    assertThat(anchor.isSteady()).isTrue();
    assertThat(anchor.leftOut()).isEqualTo(2);
    assertThat(anchor.steadiest(4)).containsExactly(0, 1, 2, 3);
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
                + " 0 left out, allowed 15%");
  }
}
