package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Results.LatencyResults;
import io.millrace.benchmarks.Results.Measured;
import io.millrace.benchmarks.Results.Row;
import io.millrace.benchmarks.Results.Verdict;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsPageTest {
  @TempDir Path folder;

  private static Setting setting(int cap) {
    return new Setting(Network.FFNN, Format.BINARY, Transport.MEMORY, 1, cap);
  }

  private static Results results() {
    List<Measured> arms = new ArrayList<>();
    arms.add(measured(Peer.NAIVE, Setting.ANY, 15_000));
    arms.add(measured(Peer.ONNX, Setting.ANY, 70_000));
    for (int cap : new int[] {8, 32, 128, 512}) {
      arms.add(measured(Peer.CHAINED, cap, 200_000 * Math.sqrt(cap)));
      arms.add(measured(Peer.BROADCAST, cap, 90_000 * Math.sqrt(cap)));
    }
    Row row =
        new Row(
            setting(128),
            Peer.CHAINED,
            Map.of(Peer.NAIVE, Spread.of(41, 42, 43)),
            Map.of(Peer.LOOP, Spread.of(0.9)));
    Mark held = Mark.atLeast("against the naive map", Spread.of(41, 42, 43), 40);
    Mark missed = Mark.atMostMillis("p99 at half of it", Spread.of(12, 11), 7);
    return new Results(
        1,
        "2026-01-31T00:00:00Z",
        125,
        true,
        "mvn -q -Pbench -Dquick verify",
        new Machine("a processor", 2, 24_000, "Linux", "a JVM", "abc", Map.of("flink", "2.3.0")),
        0,
        Spread.of(100, 104),
        0,
        1e-4,
        Map.of("FFNN", "784-10"),
        arms,
        List.of(row),
        List.of(),
        new LatencyResults(
            5,
            Map.of(),
            List.of(
                new Latency.Level(
                    Peer.CHAINED, "50% of own", 1e5, 1, 2, 3, 4, 50, Spread.of(3, 4))),
            List.of(new Latency.Burst(Peer.NAIVE, 1e4, 3_000, null))),
        null,
        List.of(new Loading(Peer.COORDINATED, 20, 50, Spread.of(390, 400), Spread.of(0.93, 0.95))),
        new Loads(
            List.of(new Loads.Load(50, Loads.Way.MEMORY, Spread.of(60, 70), 102)),
            List.of(new Loads.Fetch(50, "HDFS", Spread.of(400), Spread.of(0.95), Spread.of(0.5)))),
        List.of(new Verdict(held, held.holds()), new Verdict(missed, missed.holds())),
        Spread.of(0.8, 0.81));
  }

  private static Measured measured(Peer peer, int cap, double recordsPerSecond) {
    Spread spread = Spread.of(recordsPerSecond * 0.95, recordsPerSecond, recordsPerSecond * 1.1);
    return new Measured(peer, setting(cap), spread, Spread.of(1e6 / recordsPerSecond));
  }

  @Test
  void page_tellsWhatHoldsAndWhatDoesNot() throws IOException {
    ResultsPage.write(results(), folder);
    assertThat(folder.resolve("benchmarks.md"))
        .content()
        .contains(
            "| against the naive map | 42.0 (41.0..43.0) x | >= 40.0 | HOLD |",
            "| p99 at half of it | 11.5 (11.0..12.0) ms | <= 7.0 | **MISS** |",
            "| ffnn binary memory p1 cap 128 | Millrace chained | plain loop, CPU | 0.90",
            "not recovered by the end",
            "0.81 (0.80..0.81) of parsing alone.",
            "took 395 (390..400) ms, from its command to the first score.",
            "| 50 MB | local folder, by memory | 65.0 (60.0..70.0) | 102 |",
            "- 50 MB from HDFS: 400 (400..400) MB/s, 0.95 (0.95..0.95) of a copy on the disk,",
            "`mvn -q -Pbench -Dquick verify`");
  }

  @Test
  void page_showsThePlotsThatLieBesideIt() throws IOException {
    ResultsPage.write(results(), folder);
    String page = Files.readString(folder.resolve("benchmarks.md"));
    try (Stream<Path> files = Files.list(folder)) {
      List<String> plots =
          files
              .map(file -> file.getFileName().toString())
              .filter(it -> it.endsWith("png"))
              .toList();
      assertThat(plots)
          .containsExactlyInAnyOrder("peers.png", "batch-sizes-ffnn.png", "latency.png")
          .allSatisfy(plot -> assertThat(page).contains("](" + plot + ")"));
    }
  }
}
