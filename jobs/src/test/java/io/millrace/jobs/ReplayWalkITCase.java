package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.processes.ReservedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's walk from a live topic to its replay and "what if", line by line in one shell; only
 * ports, folders and times are other ones.
 */
@Tag("nightly")
class ReplayWalkITCase {
  private static final Duration LIMIT = Duration.ofMinutes(15);

  @TempDir Path folder;
  private final int kafka = ReservedPort.freeNumber();
  private final int hdfs = ReservedPort.freeNumber();

  ReplayWalkITCase() throws IOException {}

  private String here(String line) {
    return line.replace("/tmp/fraud", folder.resolve("fraud").toString())
        .replace("localhost:9092", "localhost:" + kafka)
        .replace("demo broker", "demo broker --port " + kafka)
        .replace("localhost:8020", "localhost:" + hdfs)
        .replace("-nnport 8020", "-nnport " + hdfs)
        .replace("--seconds 60", "--seconds 25")
        .replace("+30 seconds", "+20 seconds")
        .replaceAll(
            "(?<![\\w/.-])(fraud\\.yaml|live\\.yaml|hour\\.yaml|what-if\\.html)", folder + "/$1");
  }

  @Test
  void walk_whatWasLive_isReplayedBitForBit() throws Exception {
    List<String> commands = ShellWalk.commands("replay");
    assertThat(commands).hasSizeGreaterThan(15).last().asString().startsWith("kill ");
    try (ShellWalk shell = new ShellWalk(Map.of(), LIMIT)) {
      List<ProcessHandle> background = List.of();
      for (String command : commands) {
        if (command.startsWith("kill ")) {
          background = shell.background();
        }
        String printed = shell.run(here(command));
        if (command.contains("--model-timeline")) {
          assertThat(printed).containsPattern("versions=1:[1-9]\\d*,2:[1-9]\\d* ");
        } else if (command.startsWith("bin/millrace compare")) {
          assertThat(printed).containsPattern("equal: \\d{4,} records, bit for bit");
        } else if (command.contains("--what-if")) {
          assertThat(folder.resolve("what-if.html"))
              .content()
              .contains("<th>base: ", "<h2>Base against other</h2>");
        }
      }
      shell.awaitEnd(background);
    }
  }
}
