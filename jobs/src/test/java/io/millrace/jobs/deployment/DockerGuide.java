package io.millrace.jobs.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands that docs/docker.md tells its readers to run inside a container. */
final class DockerGuide {
  private static final Path FILE = Path.of("..", "docs", "docker.md");
  private static final Pattern PUBLISH = Pattern.compile("run --rm submit (millrace .*)");

  private DockerGuide() {}

  /** How a version is published to the running job. */
  static List<String> publish() throws IOException {
    Matcher matcher = PUBLISH.matcher(Files.readString(FILE).replaceAll("\\\\\\R", " "));
    if (!matcher.find()) {
      throw new AssertionError("no 'run --rm submit millrace' in " + FILE);
    }
    return List.of(matcher.group(1).strip().split("\\s+"));
  }
}
