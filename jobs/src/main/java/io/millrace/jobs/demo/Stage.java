package io.millrace.jobs.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** What is told before and after the stream flows: a line for each step, with the time it took. */
final class Stage {
  private final PrintStream out;

  Stage(PrintStream out) {
    this.out = out;
  }

  /**
   * Takes a step and tells about it.
   *
   * @param outcome what there is to say about the result
   */
  <T> T step(String name, Callable<T> action, Function<T, String> outcome) throws Exception {
    long start = System.nanoTime();
    T result = action.call();
    double seconds = (System.nanoTime() - start) / 1e9;
    out.printf(Locale.ROOT, "  %-9s %-60s %5.1f s%n", name, outcome.apply(result), seconds);
    out.flush();
    return result;
  }

  /** A line, or several. */
  void say(String text) {
    out.println(text);
    out.flush();
  }
}
