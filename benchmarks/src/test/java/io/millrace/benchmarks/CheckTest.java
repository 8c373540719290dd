package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class CheckTest {
  private static final float[] EXPECTED = new float[Records.POOL];

  static {
    for (int i = 0; i < EXPECTED.length; i++) {
      EXPECTED[i] = i * 0.01f;
    }
  }

  /** Two pools, as an arm answers them. */
  private static Sample answered(IntToDoubleFunction answer) {
    Meter meter = Meter.begin(2 * Records.POOL);
    Check check = new Check(EXPECTED);
    meter.entered();
    for (int i = 0; i < 2 * Records.POOL; i++) {
      check.accept((float) answer.applyAsDouble(i));
    }
    return meter.sample("arm");
  }

  private static float expected(int place) {
    return EXPECTED[place % Records.POOL];
  }

  @Test
  void accept_sameAnswers_within() {
    Sample sample = answered(CheckTest::expected);
    assertThat(sample.records()).isEqualTo(128);
    assertThatCode(() -> OutputsDifferException.check("arm", sample.largestError()))
        .doesNotThrowAnyException();
  }

  @Test
  void accept_mutations_areCaught() {
    assertDiffer(i -> i == 70 ? expected(71) : i == 71 ? expected(70) : expected(i));
    assertDiffer(i -> i == 3 ? Float.NaN : expected(i));
    assertDiffer(i -> i == 127 ? expected(i) + 2e-4 : expected(i));
  }

  private static void assertDiffer(IntToDoubleFunction answer) {
    float error = answered(answer).largestError();
    assertThatThrownBy(() -> OutputsDifferException.check("arm", error))
        .isInstanceOf(OutputsDifferException.class)
        .hasMessageStartingWith("arm: an output is ");
  }

  @Test
  void sample_recordIsMissing_isRefused() {
    Meter meter = Meter.begin(Records.POOL);
    Check check = new Check(EXPECTED);
    meter.entered();
    for (int i = 0; i < Records.POOL - 1; i++) {
      check.accept(expected(i));
    }
    assertThatThrownBy(() -> meter.sample("arm")).hasMessage("arm answered 0 of 64 records");
  }
}
