package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.jobs.demo.RocCurve.Point;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RocCurveTest {

  /** Of the six pairs of a positive and a negative, five are in order and one is not. */
  @Test
  void of_handExample() {
    float[] scores = {0.9f, 0.6f, 0.7f, 0.2f, 0.1f};
    boolean[] labels = {true, true, false, false, false};

    RocCurve curve = RocCurve.of(scores, labels);

    assertThat(curve.area()).isEqualTo(5 / 6.0, within(1e-12));
    assertThat(curve.points())
        .containsExactly(
            new Point(0, 0),
            new Point(0, 0.5),
            new Point(1 / 3.0, 0.5),
            new Point(1 / 3.0, 1),
            new Point(2 / 3.0, 1),
            new Point(1, 1));
  }

  @Test
  void of_tiesCountHalf() {
    assertThat(RocCurve.of(new float[] {1, 1, 1}, new boolean[] {true, false, true}).area())
        .isEqualTo(0.5);
  }

  @Test
  void of_oneClassOnly_hasNoArea() {
    assertThat(RocCurve.of(new float[] {1, 2}, new boolean[2]).area()).isNaN();
  }

  @Test
  void of_agreesWithCountingPairs() {
    long seed = 42;
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      float[] scores = new float[60];
      boolean[] labels = new boolean[60];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = random.nextInt(20) / 20f;
        labels[i] = random.nextInt(3) == 0;
      }
      assertThat(RocCurve.of(scores, labels).area())
          .as("seed %d round %d", seed, round)
          .isEqualTo(pairs(scores, labels), within(1e-12));
    }
  }

  private static double pairs(float[] scores, boolean[] labels) {
    double inOrder = 0;
    long pairs = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < scores.length; j++) {
        if (labels[i] && !labels[j]) {
          pairs++;
          inOrder += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    return inOrder / pairs;
  }
}
