package io.millrace.jobs.bench;

import java.util.ArrayList;
import java.util.List;

/** What is measured in one turn: a batch size under a thread setting. */
public record Cell(int batchSize, Threads threads) {

  /** Every batch size under every setting, settings that share an engine next to each other. */
  static List<Cell> grid(List<Integer> batchSizes, List<Threads> settings) {
    List<Cell> cells = new ArrayList<>();
    for (Threads threads : settings) {
      for (int batchSize : batchSizes) {
        cells.add(new Cell(batchSize, threads));
      }
    }
    return cells;
  }
}
