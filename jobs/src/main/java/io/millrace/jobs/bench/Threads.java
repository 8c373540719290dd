package io.millrace.jobs.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A thread setting.
 *
 * @param intraOp {@code engine.intra-op-parallelism}
 * @param interOp {@code engine.inter-op-parallelism}
 * @param parallelism subtasks of the operator
 */
public record Threads(int intraOp, int interOp, int parallelism) {
  private static final int CALLERS_THREAD = -1;

  /** Every combination. */
  static List<Threads> product(
      List<Integer> intraOps, List<Integer> interOps, List<Integer> parallelisms) {
    List<Threads> settings = new ArrayList<>();
    for (int intraOp : intraOps) {
      for (int interOp : interOps) {
        for (int parallelism : parallelisms) {
          settings.add(new Threads(intraOp, interOp, parallelism));
        }
      }
    }
    return settings;
  }

  /** 1, 2, 4 and so on up to the cores, the cores themselves included. */
  static List<Integer> upTo(int cores) {
    List<Integer> counts = new ArrayList<>();
    for (int count = 1; count < cores; count *= 2) {
      counts.add(count);
    }
    counts.add(cores);
    return counts;
  }

  /** Threads inside ops, of all subtasks; 0 lets TensorFlow take a thread for each core. */
  int inOps(int cores) {
    return parallelism * (intraOp == 0 ? cores : intraOp);
  }

  /** How many threads this setting keeps busy at the most on so many cores. */
  int busy(int cores) {
    int across =
        switch (interOp) {
          case CALLERS_THREAD -> 1;
          case 0 -> cores;
          default -> interOp;
        };
    return Math.max(inOps(cores), across);
  }

  /** As tables and plots name it. */
  String label() {
    return String.format(
        Locale.ROOT,
        "%d subtask%s, intra-op %d, inter-op %d",
        parallelism,
        parallelism == 1 ? "" : "s",
        intraOp,
        interOp);
  }
}
