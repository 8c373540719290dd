package io.millrace.testing.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** The checker is worth something only if each mutation of a right output is caught. */
class RecordCheckerTest {
  private static final int VERSION_CHANGE = 20;

  private static final long SEED = System.nanoTime();

  private Random random;
  private List<SourcePosition> sources;
  private List<Observation> outputs;

  @BeforeAll
  static void printSeed() {
    System.out.println("RecordCheckerTest seed " + SEED);
  }

  /** Source partitions with gaps; each into one partition of the output, some to dead letters. */
  @BeforeEach
  void writeRightOutput(RepetitionInfo repetition) {
    random = new Random(SEED + repetition.getCurrentRepetition());
    sources = new ArrayList<>();
    outputs = new ArrayList<>();
    long[] offsets = new long[3];
    long[] ends = {0, 0, 0, 0};
    for (int i = 0; i < 120; i++) {
      int partition = i < 6 ? i % 3 : random.nextInt(3);
      offsets[partition] += 1 + random.nextInt(3);
      SourcePosition source = new SourcePosition("in", partition, offsets[partition]);
      sources.add(source);
      boolean dead = i >= 6 && random.nextInt(10) == 0;
      int output = dead ? 2 : partition % 2;
      ends[output] += 1 + random.nextInt(2);
      outputs.add(
          new Observation(
              source,
              dead ? "rejected" : "out",
              dead ? 0 : output,
              ends[output],
              dead ? null : rightVersion(source)));
    }
    Collections.shuffle(outputs, random);
  }

  private static Long rightVersion(SourcePosition source) {
    return source.offset() < VERSION_CHANGE ? 1L : 2L;
  }

  private CheckReport check() {
    return RecordChecker.check(
        sources,
        outputs,
        output ->
            output.version() == null || output.version().equals(rightVersion(output.source())));
  }

  @RepeatedTest(20)
  void check_rightOutput_isClean() {
    CheckReport report = check();
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.sources()).isEqualTo(120);
    assertThat(report.outputs()).isEqualTo(120);
  }

  @RepeatedTest(20)
  void check_oneDropped_isLost() {
    Observation dropped = outputs.remove(random.nextInt(outputs.size()));
    CheckReport report = check();
    assertThat(report.lost()).containsExactly(dropped.source());
    assertThat(report.isClean()).isFalse();
    assertOnly(report, 1, 0, 0, 0, 0);
    assertThat(report.toString()).contains("lost 1 [" + dropped.source() + "]");
  }

  @RepeatedTest(20)
  void check_oneTwice_isDuplicated() {
    Observation original = outputs.get(random.nextInt(outputs.size()));
    outputs.add(
        new Observation(
            original.source(),
            original.topic(),
            original.partition(),
            1_000_000,
            original.version()));
    CheckReport report = check();
    assertThat(report.duplicated()).containsExactly(outputs.get(outputs.size() - 1));
    assertThat(report.isClean()).isFalse();
    assertOnly(report, 0, 1, 0, 0, 0);
  }

  @RepeatedTest(20)
  void check_oneScoredAndRejected_isDuplicated() {
    Observation original = outputs.get(random.nextInt(outputs.size()));
    String other = original.topic().equals("out") ? "rejected" : "out";
    outputs.add(new Observation(original.source(), other, 0, 1_000_000, original.version()));
    assertThat(check().duplicated())
        .extracting(Observation::source)
        .containsExactly(original.source());
  }

  @RepeatedTest(20)
  void check_twoSwapped_areMisordered() {
    int first;
    int second;
    do {
      first = random.nextInt(outputs.size());
      second = random.nextInt(outputs.size());
    } while (first == second || !sameLane(outputs.get(first), outputs.get(second)));
    Observation a = outputs.get(first);
    Observation b = outputs.get(second);
    outputs.set(
        first, new Observation(a.source(), b.topic(), b.partition(), b.offset(), a.version()));
    outputs.set(
        second, new Observation(b.source(), a.topic(), a.partition(), a.offset(), b.version()));
    CheckReport report = check();
    assertThat(report.misordered()).isNotEmpty();
    assertThat(report.isClean()).isFalse();
    assertOnly(report, 0, 0, report.misordered().size(), 0, 0);
  }

  private static boolean sameLane(Observation a, Observation b) {
    return a.source().partition() == b.source().partition() && a.topic().equals(b.topic());
  }

  @RepeatedTest(20)
  void check_oneInAnotherPartition_isMisordered() {
    Observation moved;
    int index;
    do {
      index = random.nextInt(outputs.size());
      moved = outputs.get(index);
    } while (!moved.topic().equals("out"));
    outputs.set(
        index,
        new Observation(moved.source(), "out", 1 - moved.partition(), 1_000_000, moved.version()));
    CheckReport report = check();
    assertThat(report.misordered()).isNotEmpty();
    assertOnly(report, 0, 0, report.misordered().size(), 0, 0);
  }

  @RepeatedTest(20)
  void check_wrongStamp_isCaught() {
    Observation stamped;
    int index;
    do {
      index = random.nextInt(outputs.size());
      stamped = outputs.get(index);
    } while (stamped.version() == null);
    Observation wrong =
        new Observation(
            stamped.source(),
            stamped.topic(),
            stamped.partition(),
            stamped.offset(),
            3 - stamped.version());
    outputs.set(index, wrong);
    CheckReport report = check();
    assertThat(report.wrongVersion()).containsExactly(wrong);
    assertThat(report.isClean()).isFalse();
    assertOnly(report, 0, 0, 0, 0, 1);
  }

  @RepeatedTest(20)
  void check_outputOfNoSource_isUnexpected() {
    Observation foreign =
        new Observation(new SourcePosition("in", 0, -1), "out", 0, random.nextInt(100), 1L);
    outputs.add(foreign);
    CheckReport report = check();
    assertThat(report.unexpected()).containsExactly(foreign);
    assertThat(report.isClean()).isFalse();
    assertOnly(report, 0, 0, 0, 1, 0);
  }

  private static void assertOnly(
      CheckReport report, int lost, int duplicated, int misordered, int unexpected, int wrong) {
    assertThat(report.lost()).hasSize(lost);
    assertThat(report.duplicated()).hasSize(duplicated);
    assertThat(report.misordered()).hasSize(misordered);
    assertThat(report.unexpected()).hasSize(unexpected);
    assertThat(report.wrongVersion()).hasSize(wrong);
  }
}
