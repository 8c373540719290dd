package io.millrace.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.SimpleSplitAssigner;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;

class WatchedSplitsTest {
  private static final int BYTES = 100;

  private long seconds = 1_000;

  private static FileSourceSplit split(int number) {
    return new FileSourceSplit(
        "file#" + number, new Path("file"), (long) number * BYTES, BYTES, 0, 10 * BYTES);
  }

  private WatchedSplits watched(int splits, int readers) {
    List<FileSourceSplit> all =
        new ArrayList<>(IntStream.range(0, splits).mapToObj(WatchedSplitsTest::split).toList());
    return new WatchedSplits(new SimpleSplitAssigner(all), readers, () -> seconds * 1_000_000_000);
  }

  private static FileSourceSplit next(WatchedSplits splits) {
    return splits.getNext(null).orElseThrow();
  }

  @Test
  void secondsLeft_ofOneReader_isWhatTheRestTakes() {
    WatchedSplits splits = watched(10, 1);
    next(splits);
    seconds += 5;
    assertThat(splits.secondsLeft()).isNaN();
    seconds += 1;
    for (int left = 9; left > 0; left--) {
      next(splits);
      assertThat(splits.secondsLeft()).isCloseTo(6.0 * left, within(1e-6));
      seconds += 2;
      assertThat(splits.secondsLeft()).isCloseTo(6.0 * left - 2, within(1e-6));
      seconds += 4;
    }
    seconds += 100;
    assertThat(splits.secondsLeft()).isZero();
    assertThat(splits.getNext(null)).isEmpty();
    assertThat(splits.secondsLeft()).isZero();
  }

  @Test
  void secondsLeft_ofSeveralReaders_takesTheOthersToBeHalfThrough() {
    WatchedSplits splits = watched(6, 3);
    next(splits);
    next(splits);
    next(splits);
    seconds += 10;
    assertThat(splits.secondsLeft()).isNaN();
    next(splits);
    // One and twice a half of six.
    assertThat(splits.secondsLeft()).isCloseTo(10 * 4 / 2.0, within(1e-6));
  }

  @Test
  void secondsLeft_moreReadersThanSplits_isThatOfThoseThatRead() {
    WatchedSplits splits = watched(2, 3);
    next(splits);
    next(splits);
    assertThat(splits.getNext(null)).isEmpty();
    seconds += 10;
    assertThat(splits.secondsLeft()).isNaN();
    assertThat(splits.getNext(null)).isEmpty();
    assertThat(splits.secondsLeft()).isCloseTo(10 * 0.5 / 1.5, within(1e-6));
    assertThat(splits.getNext(null)).isEmpty();
    assertThat(splits.secondsLeft()).isZero();
  }

  @Test
  void addSplits_ofAReaderThatFailed_areStillToBeRead() {
    WatchedSplits splits = watched(4, 1);
    FileSourceSplit first = next(splits);
    seconds += 10;
    FileSourceSplit second = next(splits);
    assertThat(splits.secondsLeft()).isCloseTo(30, within(1e-6));

    splits.addSplits(List.of(first, second));
    assertThat(splits.remainingSplits()).hasSize(4);
    assertThat(splits.secondsLeft()).isNaN();
    // What it asks for when it runs again ends none.
    next(splits);
    assertThat(splits.secondsLeft()).isNaN();
    seconds += 10;
    next(splits);
    assertThat(splits.secondsLeft()).isCloseTo(60, within(1e-6));
  }

  @Test
  void addSplits_ofAReaderThatWasThrough_areStillToBeRead() {
    WatchedSplits splits = watched(2, 2);
    FileSourceSplit first = next(splits);
    next(splits);
    seconds += 10;
    assertThat(splits.getNext(null)).isEmpty();
    assertThat(splits.getNext(null)).isEmpty();
    assertThat(splits.secondsLeft()).isZero();

    splits.addSplits(List.of(first));
    assertThat(splits.secondsLeft()).isCloseTo(10, within(1e-6));
    next(splits);
    seconds += 10;
    assertThat(splits.getNext(null)).isEmpty();
    assertThat(splits.secondsLeft()).isZero();
  }
}
