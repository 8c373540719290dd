package io.millrace.connectors.files;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;
import org.jspecify.annotations.Nullable;

/**
 * Splits as they are handed out, and how long the rest of them will take. A reader asks for a split
 * when it is through with its last one; which reader asks, an assigner is not told, so the split
 * that was handed out first counts as the one that is done. Thread-safe: metrics are read from
 * elsewhere.
 */
final class WatchedSplits implements FileSplitAssigner {
  private final FileSplitAssigner splits;
  private final int readers;
  private final LongSupplier nanoTime;
  private final Deque<FileSourceSplit> beingRead = new ArrayDeque<>();
  private final long totalBytes;
  private long doneBytes;

  /** Readers that were told that there is nothing more. */
  private int ended;

  private @Nullable Long begin;

  /** When a split was done last, and what was read by then. */
  private long lastDone;

  private double readByThen;

  /**
   * @param splits what hands them out
   * @param readers how many read at a time
   * @param nanoTime as {@link System#nanoTime}
   */
  WatchedSplits(FileSplitAssigner splits, int readers, LongSupplier nanoTime) {
    this.splits = splits;
    this.readers = readers;
    this.nanoTime = nanoTime;
    this.totalBytes = bytes(splits.remainingSplits());
  }

  static long bytes(Collection<FileSourceSplit> splits) {
    return splits.stream().mapToLong(FileSourceSplit::length).sum();
  }

  @Override
  public synchronized Optional<FileSourceSplit> getNext(@Nullable String host) {
    long now = nanoTime.getAsLong();
    begin = begin == null ? (Long) now : begin;
    if (!beingRead.isEmpty() && beingRead.size() + ended == readers) {
      doneBytes += beingRead.removeFirst().length();
      lastDone = now;
      // Those of the other readers are somewhere on their way.
      readByThen = doneBytes + bytes(beingRead) / 2.0;
    }
    Optional<FileSourceSplit> next = splits.getNext(host);
    next.ifPresentOrElse(beingRead::addLast, () -> ended++);
    return next;
  }

  /** Takes back what a reader that failed had, done or not. */
  @Override
  public synchronized void addSplits(Collection<FileSourceSplit> returned) {
    splits.addSplits(returned);
    Set<String> ids =
        returned.stream().map(FileSourceSplit::splitId).collect(Collectors.toUnmodifiableSet());
    long before = bytes(beingRead);
    boolean wasReading = beingRead.removeIf(split -> ids.contains(split.splitId()));
    if (!wasReading && !ids.isEmpty()) {
      ended--;
    }
    doneBytes -= bytes(returned) - (before - bytes(beingRead));
    readByThen = doneBytes + bytes(beingRead) / 2.0;
  }

  @Override
  public synchronized Collection<FileSourceSplit> remainingSplits() {
    return splits.remainingSplits();
  }

  /**
   * @return seconds until the last split is done, as fast as the job went so far; NaN until the
   *     first is
   */
  synchronized double secondsLeft() {
    if (begin == null || doneBytes <= 0) {
      return Double.NaN;
    }
    double taken = (lastDone - begin) / 1e9;
    double left = taken * (totalBytes - readByThen) / readByThen;
    return Math.max(0, left - (nanoTime.getAsLong() - lastDone) / 1e9);
  }
}
