package io.millrace.jobs.deployment;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;

/** A .dockerignore as Docker reads it: the last line that matches a path, or a parent, decides. */
final class DockerIgnore {
  private final List<String> patterns;

  DockerIgnore(String text) {
    patterns = text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
  }

  /**
   * @param path relative to the build's context
   */
  boolean keepsOut(String path) {
    boolean out = false;
    for (String pattern : patterns) {
      boolean exception = pattern.startsWith("!");
      if (matches(exception ? pattern.substring(1) : pattern, Path.of(path))) {
        out = !exception;
      }
    }
    return out;
  }

  private static boolean matches(String pattern, Path path) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    for (Path parent = path; parent != null; parent = parent.getParent()) {
      if (matcher.matches(parent)) {
        return true;
      }
    }
    return false;
  }
}
