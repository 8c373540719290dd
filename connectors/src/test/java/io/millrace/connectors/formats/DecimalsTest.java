package io.millrace.connectors.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecimalsTest {
  private static final int CASES = 20_000;

  @Test
  void nearest_anyDigitsAndPower_isWhatParseDoubleAnswers() {
    long seed = 20261126;
    Random random = new Random(seed);
    for (int i = 0; i < CASES; i++) {
      long digits = random.nextLong() >>> random.nextInt(64);
      int power = random.nextInt(720) - 380;
      check(digits, power, seed);
      check(digits, random.nextInt(60) - 30, seed);
    }
  }

  @Test
  void nearest_halfwayBetweenDoubles_roundsToEven() {
    long seed = 7;
    Random random = new Random(seed);
    int exact = 0;
    for (int i = 0; i < CASES; i++) {
      // A double of 54 bits lies exactly between two of 53.
      long halfway = (1L << 53 | random.nextLong() >>> 11) | 1;
      check(halfway, 0, seed);
      BigDecimal scaled = new BigDecimal(halfway).scaleByPowerOfTen(-(i % 20));
      BigDecimal near = new BigDecimal(scaled.doubleValue()).add(halfUlp(scaled.doubleValue()));
      BigDecimal cut = near.round(new MathContext(Decimals.MAX_DIGITS)).stripTrailingZeros();
      if (cut.unscaledValue().bitLength() <= 64) {
        exact += cut.compareTo(near) == 0 ? 1 : 0;
        check(cut.unscaledValue().longValue(), -cut.scale(), seed);
      }
    }
    assertThat(exact).isPositive();
  }

  private static BigDecimal halfUlp(double value) {
    return new BigDecimal(Math.ulp(value)).divide(BigDecimal.valueOf(2));
  }

  @Test
  void nearest_noDigits_isZeroWhateverThePower() {
    assertThat(Decimals.nearest(0, 9999)).isZero();
    assertThat(Decimals.nearest(0, -9999)).isZero();
  }

  @Test
  void nearest_largestAndSmallestNormal_areExact() {
    assertThat(Decimals.nearest(17976931348623157L, 292)).isEqualTo(Double.MAX_VALUE);
    assertThat(Decimals.nearest(22250738585072014L, -324)).isEqualTo(Double.MIN_NORMAL);
    assertThat(Decimals.nearest(17976931348623159L, 292)).isNaN();
    assertThat(Decimals.nearest(5, -324)).isNaN();
  }

  private static void check(long digits, int power, long seed) {
    String text = Long.toUnsignedString(digits) + "e" + power;
    double expected = Double.parseDouble(text);
    double actual = Decimals.nearest(digits, power);
    if (Double.isNaN(actual)) {
      boolean normal = expected > Double.MIN_NORMAL && expected <= Double.MAX_VALUE;
      assertThat(normal).as("seed %d, %s is %s", seed, text, expected).isFalse();
    } else if (Double.doubleToRawLongBits(actual) != Double.doubleToRawLongBits(expected)) {
      assertThat(actual).as("seed %d, %s", seed, text).isEqualTo(expected);
    }
  }
}
