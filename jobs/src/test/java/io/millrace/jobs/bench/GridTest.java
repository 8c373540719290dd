package io.millrace.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GridTest {
  private static final List<Integer> DEFAULT = List.of();

  private static BenchSettings.Grid grid(
      List<Integer> intraOps, List<Integer> parallelisms, int cores) {
    return new BenchSettings.Grid(List.of(8, 1, 8), intraOps, DEFAULT, parallelisms, cores);
  }

  @Test
  void threads_byDefault_areThoseThatFitTheCores() {
    BenchSettings.Grid grid = grid(DEFAULT, DEFAULT, 2);

    assertThat(grid.batchSizes()).containsExactly(1, 8);
    assertThat(grid.threads())
        .containsExactlyInAnyOrder(
            new Threads(1, -1, 1),
            new Threads(1, -1, 2),
            new Threads(1, 0, 1),
            new Threads(1, 0, 2),
            new Threads(2, -1, 1),
            new Threads(2, 0, 1));
    assertThat(grid.warnings()).isEmpty();
    assertThat(grid(DEFAULT, DEFAULT, 1).threads()).hasSize(2);
    assertThat(Threads.upTo(6)).containsExactly(1, 2, 4, 6);
  }

  @Test
  void threads_moreThanCoresAskedFor_areTriedAndWarnedOf() {
    BenchSettings.Grid grid = grid(DEFAULT, List.of(1, 4), 2);

    assertThat(grid.threads())
        .contains(new Threads(1, -1, 4), new Threads(2, -1, 1))
        .doesNotContain(new Threads(2, -1, 4));
    assertThat(grid.warnings())
        .hasSize(2)
        .allMatch(it -> it.contains("4 subtasks") && it.contains("4 threads on 2 cores"));
    assertThat(grid(List.of(16), DEFAULT, 2).warnings().get(0)).contains("16 threads on 2 cores");
  }

  @Test
  void cells_areEveryBatchSizeUnderEverySetting() {
    List<Cell> cells = Cell.grid(List.of(1, 8), grid(DEFAULT, DEFAULT, 2).threads());

    assertThat(cells).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void schedule_usesTheTimeAtHand() {
    Schedule usual = Schedule.of(50_000_000_000L, 29);
    Schedule hurried = Schedule.of(1_000_000, 29);
    Schedule patient = Schedule.of(600_000_000_000L, 9);

    assertThat(usual).isEqualTo(new Schedule(5, 277_777_777L));
    assertThat(hurried.rounds()).isEqualTo(3);
    assertThat(hurried.isHurried()).isTrue();
    assertThat(patient.rounds()).isEqualTo(25);
    assertThat(patient.turnNanos() * 26 * 10).isBetween(590_000_000_000L, 600_000_000_000L);
  }
}
