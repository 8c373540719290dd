package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void of_oddAndEvenCounts_takesTheMiddle() {
    assertThat(Spread.of(3, 1, 2).median()).isEqualTo(2);
    assertThat(Spread.of(4, 1, 2, 3).median()).isEqualTo(2.5);
  }

  @Test
  void of_fiveValues_quartilesLieBetween() {
    Spread spread = Spread.of(5, 1, 4, 2, 3);
    assertThat(spread).isEqualTo(new Spread(3, 1, 2, 4, 5, 5));
    assertThat(spread.toText()).isEqualTo("3.00 (1.00..5.00)");
  }

  /** The machine is half as fast in the second round, for both: the ratio stays. */
  @Test
  void ofRatios_machineThatDrifts_cancelsOut() {
    Spread ratio = Spread.ofRatios(new double[] {40, 20, 80}, new double[] {10, 5, 20});
    assertThat(ratio.median()).isEqualTo(4);
    assertThat(ratio.variation()).isEqualTo(0);
  }

  /** The ratio of the medians would be 2; no pair stands at it. */
  @Test
  void ofRatios_isTheMedianOfRatiosAndNotTheRatioOfMedians() {
    Spread ratio = Spread.ofRatios(new double[] {1, 2, 9}, new double[] {1, 4, 1});
    assertThat(ratio.median()).isEqualTo(1);
    assertThat(ratio.max()).isEqualTo(9);
  }

  @Test
  void of_nothingOrNaN_isRefused() {
    assertThatThrownBy(() -> Spread.of()).hasMessageContaining("expected one or more numbers");
    assertThatThrownBy(() -> Spread.of(1, Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> Spread.ofRatios(new double[1], new double[2]))
        .hasMessage("1 and 2 values: expected pairs");
  }

  @Test
  void variation_isTheWholeRangeOverTheMedian() {
    assertThat(Spread.of(90, 100, 104).variation()).isCloseTo(0.14, within(1e-9));
  }
}
