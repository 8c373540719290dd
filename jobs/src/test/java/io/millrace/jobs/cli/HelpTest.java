package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/** Every example in a command's help is one that parses. */
class HelpTest {
  private static final Pattern PIPE = Pattern.compile("\\|.*$");
  private static final String PROGRAM = "millrace ";

  @TestFactory
  List<DynamicTest> help_everyExample_parses() {
    List<String> examples = new ArrayList<>();
    collect(new Millrace().commandLine(), examples);

    assertThat(examples).hasSizeGreaterThan(10);
    return examples.stream()
        .map(example -> DynamicTest.dynamicTest(example, () -> parse(example)))
        .toList();
  }

  private static void collect(CommandLine command, List<String> examples) {
    String footer = String.join("\n", command.getCommandSpec().usageMessage().footer());
    footer
        .replaceAll("\\\\\\R", " ")
        .lines()
        .map(line -> PIPE.matcher(line).replaceFirst("").strip())
        .filter(line -> line.startsWith(PROGRAM))
        .forEach(examples::add);
    new TreeMap<>(command.getSubcommands()).values().forEach(part -> collect(part, examples));
  }

  private static void parse(String example) {
    new Millrace()
        .commandLine()
        .parseArgs(example.substring(PROGRAM.length()).strip().split("\\s+"));
  }
}
