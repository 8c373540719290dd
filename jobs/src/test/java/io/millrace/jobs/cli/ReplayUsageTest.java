package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code replay} says before it reads anything, with the README's own example. */
class ReplayUsageTest {
  private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n# replay.yaml\n(.*?)```");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^bin/millrace (replay --config replay.yaml.*?) *(#.*)?$");

  @TempDir private Path folder;

  private CommandLineRun run(String readme, String command) throws IOException {
    Matcher example = EXAMPLE.matcher(readme);
    assertThat(example.find()).isTrue();
    Path config = folder.resolve("replay.yaml");
    Files.writeString(config, example.group(1).replace("hdfs://", folder.toString()));
    return CommandLineRun.of(
        command
            .replace("replay.yaml", config.toString())
            .replace("hdfs://", folder.toString())
            .split("\\s+"));
  }

  @Test
  void readme_everyReplayOfItsExample_lacksNothingButTheFiles() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    List<String> commands = new ArrayList<>();
    COMMAND.matcher(readme).results().forEach(found -> commands.add(found.group(1)));

    assertThat(commands).hasSizeGreaterThanOrEqualTo(5);
    for (String command : commands) {
      CommandLineRun run = run(readme, command);
      assertThat(run.err()).as(command).contains("does not exist");
      assertThat(run.exitCode()).as(command).isEqualTo(1);
    }
  }

  @Test
  void whatIf_namesThatTheOutputDoesNotCarry_areRefused() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    String asked = "replay --config replay.yaml --what-if 8 --report what-if.html ";

    for (String wrong : List.of("--by city", "--join id,city", "--by source")) {
      CommandLineRun run = run(readme, asked + wrong);
      assertThat(run.err()).contains(wrong.substring(0, 4), "[id, amount, country]", "key");
      assertThat(run.exitCode()).isEqualTo(2);
    }
    for (String right : List.of("--by key", "--join key,id", "--by city --against /nowhere")) {
      assertThat(run(readme, asked + right).exitCode()).as(right).isEqualTo(1);
    }
  }
}
