package io.millrace.connectors.files;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;
import org.jspecify.annotations.Nullable;

/**
 * Splits as they are handed out, and how long the rest of them will take. A reader asks for a split
 * when it is through with its last one, {@link WatchedEnumerator} says which reader it is. All
 * readers are taken to be as fast as they were together so far. Thread-safe: metrics are read from
 * elsewhere.
 */
final class SplitProgress implements FileSplitAssigner {
  private final FileSplitAssigner splits;
  private final LongSupplier nanoTime;

  /** By the reader that has it. */
  private final Map<Integer, Held> held = new HashMap<>();

  /** Readers that began and have not asked yet: they may go on with a split of a checkpoint. */
  private final Set<Integer> begun = new HashSet<>();

  private int asking;
  private long waitingBytes;
  private long doneBytes;

  /** What readers spent on those, each for itself. */
  private long doneNanos;

  private record Held(FileSourceSplit split, long since) {}

  /**
   * @param splits what hands them out
   * @param nanoTime as {@link System#nanoTime}
   */
  SplitProgress(FileSplitAssigner splits, LongSupplier nanoTime) {
    this.splits = splits;
    this.nanoTime = nanoTime;
    this.waitingBytes = bytes(splits.remainingSplits());
  }

  static long bytes(Collection<FileSourceSplit> splits) {
    return splits.stream().mapToLong(FileSourceSplit::length).sum();
  }

  /** The reader that what is called next is for. */
  synchronized void asks(int reader) {
    asking = reader;
  }

  /**
   * The reader begins, or begins again: what it goes on with then, of a checkpoint, is not looked
   * at, and that it asks for a split does not say that it is through with one.
   */
  synchronized void begins(int reader) {
    held.remove(reader);
    begun.add(reader);
  }

  @Override
  public synchronized Optional<FileSourceSplit> getNext(@Nullable String host) {
    long now = nanoTime.getAsLong();
    begun.remove(asking);
    Held last = held.remove(asking);
    if (last != null) {
      doneBytes += last.split().length();
      doneNanos += now - last.since();
    }
    Optional<FileSourceSplit> next = splits.getNext(host);
    next.ifPresent(
        split -> {
          waitingBytes -= split.length();
          held.put(asking, new Held(split, now));
        });
    return next;
  }

  /** Takes back what a reader that failed had, done or not; how fast that went is still known. */
  @Override
  public synchronized void addSplits(Collection<FileSourceSplit> returned) {
    splits.addSplits(returned);
    waitingBytes += bytes(returned);
    Set<String> ids =
        returned.stream().map(FileSourceSplit::splitId).collect(Collectors.toUnmodifiableSet());
    held.values().removeIf(it -> ids.contains(it.split().splitId()));
  }

  @Override
  public synchronized Collection<FileSourceSplit> remainingSplits() {
    return splits.remainingSplits();
  }

  /**
   * @return seconds until the last split is through; NaN where that is not known: until the first
   *     is, while one takes longer than it should, and while a reader goes on with one of a
   *     checkpoint
   */
  synchronized double secondsLeft() {
    if (waitingBytes == 0 && held.isEmpty() && begun.isEmpty()) {
      return 0;
    }
    if (held.isEmpty() || !begun.isEmpty() || doneBytes == 0) {
      return Double.NaN;
    }
    double bytesPerNano = doneBytes / (double) Math.max(1, doneNanos);
    long now = nanoTime.getAsLong();
    double bytes = waitingBytes;
    double longest = 0;
    for (Held each : held.values()) {
      double read = (now - each.since()) * bytesPerNano;
      double rest = Math.max(0, each.split().length() - read);
      bytes += rest;
      longest = Math.max(longest, rest);
    }
    double nanos = Math.max(bytes / held.size(), longest) / bytesPerNano;
    return nanos == 0 ? Double.NaN : nanos / 1e9;
  }
}
