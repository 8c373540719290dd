package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TransactionGeneratorTest {

  @Test
  void next_sameSeed_sameStream() {
    assertThat(sample(7, 500)).isEqualTo(sample(7, 500));
  }

  @Test
  void next_otherSeed_otherStream() {
    assertThat(sample(7, 5)).doesNotContainAnyElementsOf(sample(8, 5));
  }

  @Test
  void next_fraudIsRareButThere() {
    List<LabelledTransaction> sample = sample(1, 20_000);

    double share = sample.stream().filter(LabelledTransaction::fraud).count() / 20_000.0;
    assertThat(share).isBetween(0.01, 0.04);
  }

  @Test
  void next_fieldsAreConsistent() {
    for (LabelledTransaction it : sample(1, 5_000)) {
      Transaction transaction = it.transaction();
      assertThat(transaction.features()).hasSize(Transaction.FEATURES.size());
      assertThat(transaction.amount()).isPositive();
      assertThat(transaction.hour()).isBetween(0, 23);
      assertThat(transaction.secondsSinceLast()).isPositive();
      assertThat(transaction.online() && transaction.chip()).isFalse();
      assertThat(transaction.online() && transaction.distanceFromHome() > 0).isFalse();
    }
  }

  @Test
  void next_theHiddenRiskTellsFraudFromTheRest() {
    List<LabelledTransaction> sample = sample(1, 20_000);
    float[] risks = new float[sample.size()];
    boolean[] labels = new boolean[sample.size()];
    for (int i = 0; i < risks.length; i++) {
      risks[i] = (float) sample.get(i).risk();
      labels[i] = sample.get(i).fraud();
    }

    assertThat(RocCurve.of(risks, labels).area()).isGreaterThan(0.93);
  }

  private static List<LabelledTransaction> sample(long seed, int size) {
    TransactionGenerator generator = new TransactionGenerator(seed);
    List<LabelledTransaction> sample = new ArrayList<>();
    IntStream.range(0, size).forEach(i -> sample.add(generator.next()));
    return sample;
  }
}
