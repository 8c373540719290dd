package io.millrace.testing.processes;

import java.util.List;

/**
 * An argument file of the java launcher, one argument in quotes a line, as the launcher reads it.
 */
final class ArgumentFile {
  private ArgumentFile() {}

  static List<String> read(String text) {
    return text.lines().map(ArgumentFile::unquoted).toList();
  }

  private static String unquoted(String line) {
    if (line.length() < 2 || !line.startsWith("\"") || !line.endsWith("\"")) {
      throw new IllegalArgumentException("expected an argument in quotes, got a line without");
    }
    StringBuilder argument = new StringBuilder();
    boolean escaped = false;
    for (char c : line.substring(1, line.length() - 1).toCharArray()) {
      if (escaped) {
        argument.append(escape(c));
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else {
        argument.append(c);
      }
    }
    return argument.toString();
  }

  private static char escape(char c) {
    return switch (c) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'f' -> '\f';
      default -> c;
    };
  }
}
