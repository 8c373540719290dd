package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.InferenceException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BisectionTest {

  private static final class Log implements Bisection.Sink {
    final List<Integer> order = new ArrayList<>();
    final Set<Integer> failed = new HashSet<>();

    @Override
    public void scored(int from, int to) {
      for (int row = from; row < to; row++) {
        order.add(row);
      }
    }

    @Override
    public void failed(int row, InferenceException failure) {
      assertThat(failure).hasMessage("row " + row);
      order.add(row);
      failed.add(row);
    }
  }

  // As the operator does: the whole batch first, and bisection only where that fails.
  private static void score(FakeBatch batch, Log log) {
    try {
      batch.run(0, batch.rows());
      log.scored(0, batch.rows());
    } catch (InferenceException failure) {
      Bisection.run(batch, failure, log);
    }
  }

  @Test
  void run_goodBatch_isOneCall() {
    FakeBatch batch = new FakeBatch(128, Set.of());
    Log log = new Log();
    score(batch, log);
    assertThat(batch.runs).containsExactly("0-128");
    assertThat(log.order).hasSize(128);
  }

  @Test
  void run_oneBadRow_failsThatRowAlone() {
    FakeBatch batch = new FakeBatch(128, Set.of(77));
    Log log = new Log();
    score(batch, log);
    assertThat(log.failed).containsExactly(77);
    assertThat(batch.runs).hasSizeLessThanOrEqualTo(15);
  }

  @Test
  void run_anyBadRows_reportsEveryRowOnceInOrder() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int rows = 1 + random.nextInt(200);
      Set<Integer> poison = new HashSet<>();
      for (int row = 0; row < rows; row++) {
        if (random.nextInt(10) == 0) {
          poison.add(row);
        }
      }
      Log log = new Log();
      score(new FakeBatch(rows, poison), log);
      assertThat(log.failed).as("seed %d", seed).isEqualTo(poison);
      assertThat(log.order).as("seed %d", seed).hasSize(rows).isSorted();
    }
  }
}
