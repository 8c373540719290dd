package io.millrace.jobs.bench;

import static io.millrace.jobs.bench.Results.cell;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChoiceTest {
  private static final Threads ONE = new Threads(1, -1, 1);
  private static final Threads TWO = new Threads(1, -1, 2);

  @Test
  void of_clearlyFastest_isPickedWithItsFigures() {
    Choice choice =
        Choice.of(List.of(cell(1, TWO, 50_000), cell(128, ONE, 1e6), cell(128, TWO, 2e6)), 2);

    assertThat(choice.picked().cell()).isEqualTo(new Cell(128, TWO));
    assertThat(choice.batchTimeout()).isEqualTo(Duration.ofMillis(5));
    assertThat(choice.reasons())
        .anyMatch(it -> it.startsWith("2,000,000 records/s (+-0%), the fastest of 3."))
        .anyMatch(it -> it.startsWith("40.0 times as fast as one record a call"))
        .anyMatch(it -> it.contains("(1 subtask, intra-op 1, inter-op -1, batch 128): 1,000,000"));
  }

  @Test
  void of_nearlyAsFast_prefersFewerThreadsThenTheSmallerBatch() {
    Choice choice =
        Choice.of(
            List.of(
                cell(512, TWO, 1_000_000),
                cell(32, TWO, 990_000),
                cell(128, ONE, 960_000),
                cell(512, ONE, 970_000),
                cell(32, ONE, 940_000)),
            2);

    assertThat(choice.picked().cell()).isEqualTo(new Cell(128, ONE));
    assertThat(choice.reasons().get(0))
        .contains("within 5% of the fastest (batch 512, 2 subtasks", "p99 0.26 ms instead of 1.02");
  }

  @Test
  void of_slowModel_timesOutNoEarlierThanABatchFills() {
    Choice choice = Choice.of(List.of(cell(32, TWO, 2_000)), 2);

    assertThat(choice.batchTimeout()).isEqualTo(Duration.ofMillis(32));
    assertThat(choice.reasons())
        .contains("A batch takes 32 ms at this rate: with a shorter timeout it would not fill.");
  }

  @Test
  void spread_medianAndHalfTheRange() {
    Spread odd = Spread.of(3, 1, 2);
    Spread even = Spread.of(4, 1, 2, 3);

    assertThat(odd).isEqualTo(new Spread(2, 1, 3));
    assertThat(odd.relative()).isEqualTo(0.5);
    assertThat(even.median()).isEqualTo(2.5);
  }

  @Test
  void result_ratiosAreOfTheSameRound() {
    CellResult result =
        CellResult.of(
            new Cell(8, ONE),
            List.of(
                new Turn(100, 1, 1, 1, 200, 400),
                new Turn(10, 1, 1, 1, 10, 20),
                new Turn(30, 1, 1, 1, 40, 60)));

    assertThat(result.ofLoop()).isEqualTo(new Spread(0.75, 0.5, 1));
    assertThat(result.ofCall()).isEqualTo(new Spread(0.5, 0.25, 0.5));
    assertThat(result.perSecond()).isEqualTo(new Spread(30, 10, 100));
  }
}
