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

  private static String scored(int id, double score) {
    return ("{\"key\":%d,\"fields\":{},\"predictions\":{\"score\":[%s]},"
            + "\"model\":{\"name\":\"m\",\"version\":1,\"digest\":\"d\"}}")
        .formatted(id, score);
  }

  @Test
  void compare_withAReport_isExitCode0HoweverMuchDiffers() throws Exception {
    Path report = folder.resolve("what-if.html");
    CommandLineRun run =
        compare(
            List.of(scored(1, 0.1), scored(2, 0.3), scored(3, 0.9)),
            List.of(scored(1, 0.1), scored(2, 0.4), scored(4, 0.9)),
            "--report",
            report.toString(),
            "--threshold",
            "0.35",
            "--output-name",
            "score:0",
            "--by",
            "key");
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .containsExactly(
            "compared=2 changed=1 (50.00%) only-base=1 only-other=1", "Report: " + report);
    assertThat(run.exitCode()).isZero();
    assertThat(report).content().contains("Not every record compared");
  }

  @Test
  void compare_whatTheReportCannotBeMadeOf_isExitCode1AndNoReport() throws Exception {
    Path report = folder.resolve("none.html");
    CommandLineRun run =
        compare(
            List.of(scored(1, 0.1)),
            List.of(scored(1, 0.1)),
            "--report",
            report.toString(),
            "--output-name",
            "risk");
    assertThat(run.err()).startsWith("millrace: live.jsonl:1: no number risk[0]").hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(report).doesNotExist();
  }

  @Test
  void compare_wrongUsage_isExitCode2() throws Exception {
    List<String> one = List.of("{}");
    assertThat(compare(one, one, "--threshold", "0.4").err()).contains("--threshold", "--report");
    assertThat(compare(one, one, "--report", folder.toString()).err()).contains("it is a folder");
    assertThat(compare(one, one, "--report", "x.html", "--output-name", ":").exitCode())
        .isEqualTo(2);
    assertThat(compare(List.of("{}"), List.of("{}"), "--limit", "-1").exitCode()).isEqualTo(2);
    assertThat(CommandLineRun.of("compare", "a").exitCode()).isEqualTo(2);
  }
}
