package io.millrace.benchmarks;

import io.millrace.testing.soak.Holdings;
import java.nio.file.Path;

/** What the JVM of a soak runs; {@link SoakProcess} starts it and reads what it prints. */
final class SoakMain {
  static final String SAMPLE = "sample ";
  static final String DONE = "done ";

  private SoakMain() {}

  /**
   * @param args as {@link SoakPlan#arguments} writes them
   */
  @SuppressWarnings("SystemExitOutsideMain") // A thread that is left must not keep the process.
  public static void main(String[] args) throws Exception {
    SoakPlan plan = SoakPlan.parse(args);
    System.out.println(DONE + run(plan, Path.of(args[args.length - 1])));
    System.exit(0);
  }

  /** Returns with what it was done. */
  private static String run(SoakPlan plan, Path folder) throws Exception {
    return switch (plan.kind()) {
      case LOADS -> {
        SoakModels models = SoakModels.in(folder, plan.shared());
        try (LoadLoop loop = new LoadLoop(models, plan.closing())) {
          repeat(loop, plan);
        }
        yield models.count() + " models";
      }
      case SWITCHES -> {
        try (SwitchLoop loop = SwitchLoop.start(folder, plan.shared(), plan.closing())) {
          repeat(loop, plan);
        }
        yield "2 models in a job";
      }
    };
  }

  private static void repeat(SoakLoop loop, SoakPlan plan) throws Exception {
    int every = plan.steps() / plan.samples();
    for (int step = 1; step <= plan.steps(); step++) {
      loop.step(step);
      if (step % every == 0) {
        System.out.println(SAMPLE + Holdings.ofThisProcess(step).toCsv());
        if (System.out.checkError()) {
          throw new IllegalStateException("nobody listens any more");
        }
      }
    }
  }
}
