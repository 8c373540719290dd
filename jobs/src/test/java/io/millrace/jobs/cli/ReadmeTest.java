package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every {@code bin/millrace} line in a code block of the README is one that parses. */
class ReadmeTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\R(.*?)^```");
  private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*$");

  /** What is the shell's, behind the command's own words. */
  private static final Pattern SHELL = Pattern.compile("\\s+(>|\\||&(\\s|$)).*$");

  private static final String PROGRAM = "bin/millrace ";

  private static List<String> commands(String markdown) {
    List<String> commands = new ArrayList<>();
    for (MatchResult block : BLOCK.matcher(markdown).results().toList()) {
      String joined = block.group(1).replaceAll("\\\\\\R", " ");
      joined
          .lines()
          .map(line -> COMMENT.matcher(line).replaceFirst("").strip())
          .map(line -> SHELL.matcher(line).replaceFirst(""))
          .filter(line -> line.startsWith(PROGRAM))
          .forEach(commands::add);
    }
    return commands;
  }

  private static void parse(String command) {
    CommandLines.parse(List.of(command.substring(PROGRAM.length()).strip().split("\\s+")));
  }

  @TestFactory
  List<DynamicTest> readme_everyCommand_parses() throws IOException {
    List<String> commands = commands(Files.readString(Path.of("../README.md")));
    assertThat(commands).hasSizeGreaterThanOrEqualTo(5);
    return commands.stream()
        .map(command -> DynamicTest.dynamicTest(command, () -> parse(command)))
        .toList();
  }

  @Test
  void check_optionThatDoesNotExist_isFound() {
    List<String> commands =
        commands("```sh\nbin/millrace model publish \\\n  /models/8 --uri x # why\n```\n");

    assertThat(commands).singleElement().asString().endsWith("--uri x");
    assertThatCode(() -> parse(commands.get(0))).hasMessageContaining("--uri");
  }
}
