package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  @TempDir private Path folder;

  private CommandLineRun compare(List<String> live, List<String> replay, String... more)
      throws Exception {
    Path left = Files.write(folder.resolve("live.jsonl"), live);
    Path right = Files.write(folder.resolve("replay.jsonl"), replay);
    String[] line = new String[3 + more.length];
    line[0] = "compare";
    line[1] = left.toString();
    line[2] = right.toString();
    System.arraycopy(more, 0, line, 3, more.length);
    return CommandLineRun.of(line);
  }

  @Test
  void compare_equalOutputs_isExitCode0() throws Exception {
    CommandLineRun run =
        compare(List.of("{\"key\":1}", "{\"key\":2}"), List.of("{\"key\":2}", "{\"key\":1}"));
    assertThat(run).isEqualTo(new CommandLineRun(0, "equal: 2 records, bit for bit\n", ""));
  }

  @Test
  void compare_outputsThatDiffer_isExitCode3() throws Exception {
    CommandLineRun run = compare(List.of("{\"key\":1}", "{\"key\":2}"), List.of("{\"key\":1}"));
    assertThat(run)
        .isEqualTo(
            new CommandLineRun(
                3,
                "live live.jsonl:2: 1 times live, 0 times in the replay, key 2\n",
                "millrace: 2 records live, 1 in the replay: 1 are only live, 0 only in the"
                    + " replay\n"));
  }

  @Test
  void compare_whatCannotBeRead_isExitCode1() throws Exception {
    CommandLineRun run = compare(List.of("{}"), List.of("x"));
    assertThat(run)
        .isEqualTo(
            new CommandLineRun(
                1, "", "millrace: replay.jsonl:1: expected a JSON object on a line\n"));
  }

  @Test
  void compare_wrongUsage_isExitCode2() throws Exception {
    assertThat(compare(List.of("{}"), List.of("{}"), "--limit", "-1").exitCode()).isEqualTo(2);
    assertThat(CommandLineRun.of("compare", "a").exitCode()).isEqualTo(2);
  }
}
