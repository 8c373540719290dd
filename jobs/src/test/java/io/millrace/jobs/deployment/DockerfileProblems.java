package io.millrace.jobs.deployment;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What would keep an image from being built or run, beyond a Dockerfile's syntax. */
final class DockerfileProblems {
  private static final Path CONTEXT = Path.of("..");

  /** Where the build puts the distribution; it is not there yet when this runs. */
  private static final String DISTRIBUTION = "jobs/target/millrace";

  private record Instruction(String name, String rest) {}

  private final List<Instruction> instructions;
  private final List<String> problems = new ArrayList<>();

  private DockerfileProblems(List<Instruction> instructions) {
    this.instructions = instructions;
  }

  /**
   * @param text of the Dockerfile
   * @param ignore of .dockerignore
   */
  static List<String> of(String text, String ignore) {
    DockerfileProblems problems = new DockerfileProblems(instructions(text));
    problems.bases();
    problems.copies(new DockerIgnore(ignore));
    problems.user();
    problems.start();
    problems.folders();
    return problems.problems;
  }

  private static List<Instruction> instructions(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#"))
        .reduce("", (all, line) -> all + line + "\n")
        .replace("\\\n", " ")
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.split("\\s+", 2))
        .map(parts -> new Instruction(parts[0], parts[1]))
        .toList();
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split("\\s+")).filter(word -> !word.startsWith("--")).toList();
  }

  private List<String> of(String name) {
    return instructions.stream()
        .filter(instruction -> instruction.name().equals(name))
        .map(Instruction::rest)
        .toList();
  }

  private void bases() {
    for (String base : of("FROM")) {
      if (!base.contains(":") || base.endsWith(":latest")) {
        problems.add("base image '" + base + "' has no tag");
      }
    }
  }

  private void copies(DockerIgnore ignore) {
    for (String copy : of("COPY")) {
      List<String> words = words(copy);
      for (String source : words.subList(0, words.size() - 1)) {
        if (!source.equals(DISTRIBUTION) && !Files.exists(CONTEXT.resolve(source))) {
          problems.add("COPY " + source + ": does not exist");
        }
        if (ignore.keepsOut(source)) {
          problems.add("COPY " + source + ": .dockerignore keeps it out");
        }
      }
    }
  }

  private void user() {
    List<String> users = of("USER");
    if (users.isEmpty() || List.of("root", "0").contains(users.get(users.size() - 1))) {
      problems.add("runs as root");
    }
  }

  private void start() {
    String entrypoint = "[\"" + destination("docker/entrypoint.sh") + "\"]";
    if (!of("ENTRYPOINT").equals(List.of(entrypoint))) {
      problems.add("ENTRYPOINT " + of("ENTRYPOINT") + ": expected " + entrypoint);
    }
    // A shell between Docker and the entry point would swallow the signals.
    if (!of("CMD").stream().allMatch(command -> command.startsWith("["))) {
      problems.add("CMD " + of("CMD") + ": expected a list");
    }
    if (!Files.isExecutable(CONTEXT.resolve("docker/entrypoint.sh"))) {
      problems.add("docker/entrypoint.sh cannot be executed");
    }
  }

  private void folders() {
    String home = destination(DISTRIBUTION);
    String environment = String.join(" ", of("ENV")) + " ";
    for (String variable : List.of("MILLRACE_HOME=" + home, "FLINK_HOME=" + home)) {
      if (!environment.contains(variable + " ")) {
        problems.add("no " + variable);
      }
    }
    if (!environment.contains(" PATH=" + home + "/bin:$PATH ")) {
      problems.add(home + "/bin is not on the PATH");
    }
  }

  private String destination(String source) {
    return of("COPY").stream()
        .map(DockerfileProblems::words)
        .filter(words -> words.contains(source))
        .map(words -> words.get(words.size() - 1))
        .findFirst()
        .orElse("");
  }
}
