package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.benchmarks.Options.Part;
import io.millrace.benchmarks.Results.Verdict;
import io.millrace.benchmarks.Setting.Format;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The part {@code replay} with files of a few batches: whatever the figures, they are there. */
class ReplayArmsITCase {
  private static final int RECORDS = 4 * Records.POOL;

  @TempDir private Path folder;

  @Test
  void replay_ofSmallFiles_answersEachRecordAndHasItsMarks() throws Exception {
    List<Cell> cells = Options.parse(List.of("--parts=replay")).cells();
    assertThat(cells).allMatch(cell -> cell.part() == Part.REPLAY);
    Map<Network, Subject> subjects = Subject.writeAll(folder);
    FileEnds files =
        FileEnds.write(
            folder.resolve("files"),
            Map.of(Format.BINARY, RECORDS, Format.PARQUET, RECORDS, Format.AVRO, RECORDS));
    Measurements measured = new Measurements();
    List<ByTime> byTime;
    try (LocalCluster cluster = LocalCluster.start()) {
      ArmRunner runner = new ArmRunner(cluster, subjects, null, null, files, 0.001);
      for (Arm arm : Cell.arms(cells)) {
        runner.warmUp(arm);
        // Has compared each answer, and each was there.
        Sample sample = runner.run(arm);
        assertThat(sample.records())
            .as(arm.toText())
            .isPositive()
            .matches(it -> it % (arm.setting().parallelism() * Records.POOL) == 0);
        assertThat(sample.wallNanos()).as(arm.toText()).isPositive();
        measured.add(arm, sample);
      }
      byTime = ByTime.measure(runner, 2);
    }
    assertThat(Marks.all(measured, new Benchmark.Parts(byTime, null, null, List.of(), null, null)))
        .extracting(Verdict::mark)
        .extracting(Mark::claim)
        .containsExactly(
            "FFNN, raw files against the operator fed from memory, throughput: replay",
            "FFNN, raw files against the operator fed from memory, CPU per record: replay",
            "FFNN, raw files, parallelism 2 against 1: replay",
            "heavy, raw files against the operator fed from memory, throughput: replay",
            "heavy, raw files against the operator fed from memory, CPU per record: replay",
            "heavy, raw files, parallelism 2 against 1: replay",
            "FFNN, parquet files against reading alone: replay",
            "FFNN, avro files against reading alone: replay",
            "by event time against without, on one version: chained",
            "by event time against without, on one version: coordinated",
            "by event time against without, on one version: broadcast");
  }
}
