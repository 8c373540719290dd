package io.millrace.jobs.whatif;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatQuantilesTest {
  private static final double[] SHARES = {0, 0.01, 0.25, 0.5, 0.9, 0.99, 1};

  @Test
  void quantile_isTheOneOfTheSortedValues() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      double[] values = new double[1 + random.nextInt(400)];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (random.nextInt(4)) {
              case 0 -> 0;
              case 1 -> -0.0;
              case 2 -> (float) (random.nextGaussian() * 1e-3);
              default -> (float) random.nextGaussian();
            };
      }
      FloatQuantiles quantiles = new FloatQuantiles();
      Arrays.stream(values).forEach(quantiles::count);
      Arrays.stream(SHARES).forEach(quantiles::want);
      Arrays.stream(values).forEach(quantiles::refine);
      double[] sorted = Arrays.stream(values).map(it -> it + 0.0).sorted().toArray();
      for (double share : SHARES) {
        double expected = sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
        assertThat(quantiles.quantile(share)).as("seed %d, %s", seed, share).isEqualTo(expected);
      }
    }
  }

  @Test
  void estimate_isWithinAHundredth() {
    FloatQuantiles quantiles = new FloatQuantiles();
    for (int i = -1000; i <= 1000; i++) {
      quantiles.count(i / 7.0);
    }
    assertThat(quantiles.estimate(0.25) / (-500 / 7.0)).isBetween(0.98, 1.02);
    assertThat(quantiles.estimate(1) / (1000 / 7.0)).isBetween(0.98, 1.02);
  }
}
