package io.millrace.jobs.cli;

import io.millrace.flink.RuntimeJars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Copies the jars of some artifacts from one folder to another, or none of them: nothing is begun
 * where one cannot be copied, and no jar is ever there in part.
 */
final class RuntimeJarsCopy {
  /** Not {@code .jar}: a cluster that starts meanwhile must not take it into its class path. */
  private static final String PART = ".part";

  private final Path from;
  private final Path to;
  private final List<String> jars;
  private final List<String> wanted;

  private RuntimeJarsCopy(Path from, Path to, List<String> jars, List<String> wanted) {
    this.from = from;
    this.to = to;
    this.jars = List.copyOf(jars);
    this.wanted = List.copyOf(wanted);
  }

  /**
   * @param artifacts names as the jars' names begin
   * @throws CommandException if an artifact has no jar in {@code from}, or {@code to} holds another
   *     jar of one of them
   */
  static RuntimeJarsCopy of(Path from, List<String> artifacts, Path to)
      throws CommandException, IOException {
    List<String> present = Files.isDirectory(to) ? names(to) : List.of();
    List<String> jars = new ArrayList<>();
    for (String artifact : artifacts) {
      List<String> own = jarsOf(artifact, names(from));
      if (own.isEmpty()) {
        throw CommandException.failed("no jar of " + artifact + " in " + from, null);
      }
      Optional<String> other =
          jarsOf(artifact, present).stream().filter(name -> !own.contains(name)).findFirst();
      if (other.isPresent()) {
        throw CommandException.failed(
            to.resolve(other.get())
                + " is another jar than "
                + from.resolve(own.get(0))
                + ": expected one version of "
                + artifact
                + "; remove it first",
            null);
      }
      jars.addAll(own);
    }
    List<String> wanted = new ArrayList<>();
    for (String jar : jars) {
      if (!present.contains(jar)) {
        wanted.add(jar);
      } else if (Files.mismatch(from.resolve(jar), to.resolve(jar)) >= 0) {
        throw CommandException.failed(
            to.resolve(jar) + " differs from " + from.resolve(jar) + ": remove it first", null);
      }
    }
    return new RuntimeJarsCopy(from, to, jars, wanted);
  }

  private static List<String> jarsOf(String artifact, List<String> names) {
    return names.stream().filter(name -> RuntimeJars.isJarOf(artifact, name)).toList();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  /** Every jar that is in the target folder in the end. */
  List<String> jars() {
    return jars;
  }

  /**
   * Copies what is missing.
   *
   * @return the jars that were
   * @throws IOException if one cannot be written; none is there then that was not before
   */
  List<String> run() throws IOException {
    Files.createDirectories(to);
    List<String> moved = new ArrayList<>();
    boolean complete = false;
    try {
      for (String jar : wanted) {
        Files.copy(from.resolve(jar), to.resolve(jar + PART), StandardCopyOption.REPLACE_EXISTING);
      }
      for (String jar : wanted) {
        Files.move(to.resolve(jar + PART), to.resolve(jar), StandardCopyOption.ATOMIC_MOVE);
        moved.add(jar);
      }
      complete = true;
      return moved;
    } finally {
      if (!complete) {
        for (String jar : wanted) {
          Files.deleteIfExists(to.resolve(jar + PART));
        }
        for (String jar : moved) {
          Files.deleteIfExists(to.resolve(jar));
        }
      }
    }
  }
}
