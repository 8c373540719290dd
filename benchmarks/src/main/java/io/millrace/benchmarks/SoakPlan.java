package io.millrace.benchmarks;

import io.millrace.testing.soak.Growth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is soaked.
 *
 * @param closing false for what must be found out: models that are loaded and never closed
 * @param steps how often it is done
 * @param samples how often a look is taken; steps are a multiple of them
 * @param shared the folder of other people's models, with {@code savedmodel/} in it, or null
 */
record SoakPlan(Kind kind, boolean closing, int steps, int samples, @Nullable Path shared) {

  /** What a step is. */
  enum Kind {
    /** A model loaded, run and closed by the engine alone. */
    LOADS,
    /** A version published to a running job. */
    SWITCHES
  }

  /** What may be added: 1 KiB of memory a step, 1 MiB of classes, and nothing else. */
  static final Growth LIMITS = new Growth(1 << 10, 1 << 20, 0, 0);

  private static final String NONE = "-";

  /**
   * @throws IllegalArgumentException unless the steps are a multiple of the samples
   */
  SoakPlan {
    if (samples < 1 || steps < samples || steps % samples != 0) {
      throw new IllegalArgumentException(
          steps + " steps and " + samples + " samples: expected a multiple of the samples");
    }
  }

  /** As {@code -Dmillrace.models} says; null where there is no such folder. */
  static @Nullable Path sharedModels() {
    Path folder = Path.of(System.getProperty("millrace.models", "../../shared/models"));
    boolean exists = Files.isDirectory(folder.resolve("savedmodel"));
    // A job refuses a location with '..' in it.
    return exists ? folder.toAbsolutePath().normalize() : null;
  }

  /** {@code loads}, {@code switches-unclosed}: of its files and plots. */
  String name() {
    String name = kind == Kind.LOADS ? "loads" : "switches";
    return closing ? name : name + "-unclosed";
  }

  List<String> arguments() {
    return List.of(
        kind.name(),
        Boolean.toString(closing),
        Integer.toString(steps),
        Integer.toString(samples),
        shared == null ? NONE : shared.toString());
  }

  /** The plan of these arguments; others may follow. */
  static SoakPlan parse(String... arguments) {
    return new SoakPlan(
        Kind.valueOf(arguments[0]),
        Boolean.parseBoolean(arguments[1]),
        Integer.parseInt(arguments[2]),
        Integer.parseInt(arguments[3]),
        arguments[4].equals(NONE) ? null : Path.of(arguments[4]));
  }
}
