package io.millrace.jobs.bench;

import java.util.List;
import java.util.Map;

/** Runs that never took place. */
final class Results {
  private Results() {}

  static Spread fixed(double value) {
    return new Spread(value, value * 0.97, value * 1.03);
  }

  static CellResult cell(int batchSize, Threads threads, double perSecond) {
    Turn turn =
        new Turn(
            perSecond,
            1e6 / perSecond,
            batchSize * 1.0,
            batchSize * 2.0,
            perSecond * 1.25,
            perSecond * 2);
    return CellResult.of(new Cell(batchSize, threads), List.of(turn));
  }

  static BenchResult of(Spread anchor, List<CellResult> cells) {
    return new BenchResult(
        new BenchResult.Subject(
            "file:/models/<fraud>/7",
            "sha256:00",
            "score",
            Map.of("model.input-shapes", "{x: [-1, 3]}"),
            "64 made up, seed 1",
            "2 x a processor",
            2,
            List.of("Batch 512 and above are left out: its rows take 300 MiB.")),
        5,
        100,
        anchor,
        cells,
        Choice.of(cells, 2));
  }
}
