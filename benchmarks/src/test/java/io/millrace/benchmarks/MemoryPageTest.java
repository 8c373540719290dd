package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.benchmarks.MemoryCurves.Curve;
import io.millrace.benchmarks.SoakPlan.Kind;
import io.millrace.testing.soak.Holdings;
import io.millrace.testing.soak.Soak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryPageTest {
  @TempDir private Path folder;

  private static Curve curve(Kind kind, boolean closing) {
    Soak soak = new Soak();
    for (int step = 10; step <= 1_000; step += 10) {
      long leaked = closing ? 0 : step * 500_000L;
      soak.add(new Holdings(step, (300L << 20) + leaked, 50 << 20, 30, 14));
    }
    return new Curve(new SoakPlan(kind, closing, 1_000, 100, null), soak);
  }

  private static final List<Curve> CURVES =
      List.of(
          curve(Kind.LOADS, true),
          curve(Kind.LOADS, false),
          curve(Kind.SWITCHES, true),
          curve(Kind.SWITCHES, false));

  @Test
  void write_givesFiguresMarksAndEveryPlot() throws IOException {
    Machine machine =
        new Machine("a processor", 2, 24_000, "Linux", "a JVM", "abc", Map.of("flink", "2.3.0"));
    MemoryPage.write(CURVES, machine, Duration.ofMinutes(7), true, folder);
    String page = Files.readString(folder.resolve("memory.md"));
    assertThat(page)
        .contains(
            "`mvn -q -Pbench -Dquick verify -Dbench.main=io.millrace.benchmarks.MemoryCurves`",
            "| load, run, close | 1,000 | +0 B | +0 KiB | +0 | +0 | 300 | HOLD |",
            "| version switch in a running job, without `close()` | 1,000 | +500,000 B |",
            "| 300 | HOLD |",
            "| found |")
        .doesNotContain("MISS");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(it -> it.endsWith("png")))
          .hasSize(5)
          .allSatisfy(plot -> assertThat(page).contains("](" + plot + ")"));
    }
  }

  @Test
  void isAsExpected_closedThatGrowsOrUnclosedThatDoesNot_isNot() {
    assertThat(CURVES).allMatch(MemoryCurves::isAsExpected);
    Soak growing = CURVES.get(1).soak();
    Soak even = CURVES.get(0).soak();
    assertThat(MemoryCurves.isAsExpected(new Curve(CURVES.get(0).plan(), growing))).isFalse();
    assertThat(MemoryCurves.isAsExpected(new Curve(CURVES.get(1).plan(), even))).isFalse();
  }

  @Test
  void plan_survivesTheWayToItsProcess() {
    SoakPlan plan = new SoakPlan(Kind.SWITCHES, false, 200, 20, Path.of("/models"));
    assertThat(SoakPlan.parse(plan.arguments().toArray(String[]::new))).isEqualTo(plan);
    assertThatThrownBy(() -> new SoakPlan(Kind.LOADS, true, 50, 20, null))
        .hasMessageContaining("expected a multiple");
  }
}
