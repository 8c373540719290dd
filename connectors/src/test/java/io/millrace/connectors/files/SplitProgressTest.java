package io.millrace.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.SimpleSplitAssigner;
import org.apache.flink.core.fs.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SplitProgressTest {
  private static final Offset<Double> ROUNDING = within(1e-6);

  private long seconds = 1_000;

  /** In the order in which they are handed out. */
  private SplitProgress of(long... bytes) {
    List<FileSourceSplit> splits = new ArrayList<>();
    // Flink's assigner begins at the end.
    for (int i = bytes.length - 1; i >= 0; i--) {
      splits.add(new FileSourceSplit("file#" + i, new Path("file"), 0, bytes[i], 0, bytes[i]));
    }
    return new SplitProgress(new SimpleSplitAssigner(splits), () -> seconds * 1_000_000_000);
  }

  private static FileSourceSplit next(SplitProgress progress, int reader) {
    progress.asks(reader);
    return progress.getNext(null).orElseThrow();
  }

  private static void end(SplitProgress progress, int reader) {
    progress.asks(reader);
    assertThat(progress.getNext(null)).isEmpty();
  }

  @Test
  void secondsLeft_ofOneReader_isWhatTheRestTakes() {
    SplitProgress progress = of(100, 100, 100, 100, 100);
    assertThat(progress.secondsLeft()).isNaN();
    next(progress, 0);
    seconds += 5;
    assertThat(progress.secondsLeft()).isNaN();
    seconds += 1;
    for (int left = 4; left > 0; left--) {
      next(progress, 0);
      assertThat(progress.secondsLeft()).isCloseTo(6.0 * left, ROUNDING);
      seconds += 2;
      assertThat(progress.secondsLeft()).isCloseTo(6.0 * left - 2, ROUNDING);
      seconds += 4;
    }
    seconds += 100;
    assertThat(progress.secondsLeft()).as("longer than it should take").isNaN();
    end(progress, 0);
    assertThat(progress.secondsLeft()).isZero();
  }

  @Test
  void secondsLeft_ofSeveralReaders_isShared() {
    SplitProgress progress = of(100, 100, 100, 100, 100, 100);
    next(progress, 0);
    next(progress, 1);
    seconds += 10;
    next(progress, 1);
    next(progress, 0);
    // Four for two of them.
    assertThat(progress.secondsLeft()).isCloseTo(20, ROUNDING);
  }

  @Test
  void secondsLeft_aFileThatIsLongerThanAllOthers_isWaitedFor() {
    SplitProgress progress = of(10_000, 10, 10, 10);
    next(progress, 0);
    next(progress, 1);
    seconds += 1;
    next(progress, 1);
    assertThat(progress.secondsLeft()).isCloseTo(999, ROUNDING);
    seconds += 1;
    next(progress, 1);
    seconds += 1;
    end(progress, 1);
    assertThat(progress.secondsLeft()).isCloseTo(997, ROUNDING);
  }

  @Test
  void secondsLeft_moreReadersThanSplits_isThatOfThoseThatRead() {
    SplitProgress progress = of(100, 200);
    next(progress, 0);
    next(progress, 1);
    end(progress, 2);
    seconds += 10;
    assertThat(progress.secondsLeft()).isNaN();
    end(progress, 0);
    assertThat(progress.secondsLeft()).isCloseTo(10, ROUNDING);
    seconds += 10;
    end(progress, 1);
    assertThat(progress.secondsLeft()).isZero();
  }

  @Test
  void secondsLeft_nothingToRead_isZero() {
    assertThat(of().secondsLeft()).isZero();
  }

  @Test
  void addSplits_ofAReaderThatFailed_areStillToBeRead() {
    SplitProgress progress = of(100, 100, 100, 100);
    FileSourceSplit first = next(progress, 0);
    seconds += 10;
    FileSourceSplit second = next(progress, 0);
    assertThat(progress.secondsLeft()).isCloseTo(30, ROUNDING);

    progress.addSplits(List.of(first, second));
    assertThat(progress.remainingSplits()).hasSize(4);
    assertThat(progress.secondsLeft()).isNaN();
    progress.begins(0);
    next(progress, 0);
    assertThat(progress.secondsLeft()).isCloseTo(40, ROUNDING);
  }

  /** Its state has the split that it had: it asks before it goes on with that, or after. */
  @Test
  void getNext_ofAReaderThatBeginsAgain_saysOfNoSplitThatItIsThrough() {
    SplitProgress progress = of(100, 100, 100);
    next(progress, 0);
    next(progress, 1);
    seconds += 10;
    progress.addSplits(List.of());
    progress.begins(0);
    next(progress, 0);
    assertThat(progress.secondsLeft()).isNaN();
  }

  @Test
  void getNext_ofAReaderThatWasThroughAndBeginsAgain_saysNothingOfTheOthers() {
    SplitProgress progress = of(100, 300);
    next(progress, 0);
    next(progress, 1);
    seconds += 10;
    end(progress, 0);
    progress.begins(0);
    end(progress, 0);
    assertThat(progress.secondsLeft()).isCloseTo(20, ROUNDING);
  }

  @Test
  void secondsLeft_whileAReaderGoesOnWithASplitOfACheckpoint_isUnknown() {
    SplitProgress progress = of(100, 100);
    next(progress, 0);
    seconds += 10;
    next(progress, 0);
    progress.begins(0);
    assertThat(progress.secondsLeft()).isNaN();
    end(progress, 0);
    assertThat(progress.secondsLeft()).isZero();
  }
}
