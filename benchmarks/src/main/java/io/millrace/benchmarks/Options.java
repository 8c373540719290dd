package io.millrace.benchmarks;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is asked of a run.
 *
 * @param quick about 6 minutes instead of 17: fewer cells, shorter runs, as many rounds
 * @param results where the machine-readable results go
 */
record Options(boolean quick, Path results, Set<Part> parts) {

  /** What can be left out. */
  enum Part {
    MEMORY,
    KAFKA,
    REPLAY,
    LATENCY,
    SWITCHES,
    LOADING,
    LOADS,
    SCAN
  }

  private static final Set<Part> WITH_PEERS = Set.of(Part.MEMORY, Part.KAFKA, Part.LATENCY);

  /**
   * @param arguments {@code --quick=true|false}, {@code --results=FILE}, {@code
   *     --parts=memory,kafka,replay,latency,switches,loading,loads,scan}
   * @throws IllegalArgumentException for any other, and for one that is given twice: the build
   *     looks for the results where {@code -Dbench.results} says
   */
  static Options parse(List<String> arguments) {
    boolean quick = false;
    Path results = Path.of("results.json");
    Set<Part> parts = EnumSet.allOf(Part.class);
    Set<String> names = new HashSet<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = argument.substring(0, Math.max(0, equals));
      String value = argument.substring(equals + 1);
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "argument '"
                + argument
                + "': expected "
                + name
                + " once; the build gives --quick and --results, as -Dquick and"
                + " -Dbench.results=FILE say");
      }
      switch (name) {
        case "--quick" -> quick = Boolean.parseBoolean(value);
        case "--results" -> results = Path.of(value);
        case "--parts" -> {
          parts.clear();
          for (String part : value.split(",", -1)) {
            parts.add(Part.valueOf(part.toUpperCase(Locale.ROOT)));
          }
        }
        default ->
            throw new IllegalArgumentException(
                "argument '"
                    + argument
                    + "': expected --quick=true|false, --results=FILE or"
                    + " --parts=memory,kafka,replay,latency,switches,loading,loads,scan");
      }
    }
    return new Options(quick, results, parts);
  }

  boolean has(Part part) {
    return parts.contains(part);
  }

  /** What asks for it. */
  String command() {
    String some =
        parts.size() == Part.values().length
            ? ""
            : parts.stream()
                .map(part -> part.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(",", " -Dbench.arguments=--parts=", ""));
    return "mvn -q -Pbench " + (quick ? "-Dquick " : "") + "verify" + some;
  }

  /**
   * Threads that share an op, in all models of the process; 0 for TensorFlow's choice, which the
   * peers are to have. Where there are no peers, one, as in a TaskManager.
   */
  int intraOpThreads() {
    return Collections.disjoint(parts, WITH_PEERS) ? 1 : 0;
  }

  List<Cell> cells() {
    return Cell.table(quick).stream().filter(cell -> has(cell.part())).toList();
  }
}
