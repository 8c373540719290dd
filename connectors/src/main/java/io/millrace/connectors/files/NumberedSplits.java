package io.millrace.connectors.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.BlockSplittingRecursiveEnumerator;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.core.fs.Path;

/**
 * The splits of files in the order of their paths, each with its number within its file: Flink's,
 * where they are longer than wanted cut into pieces. A local file is one block, and would be read
 * by one subtask. The same files give the same splits, whatever the parallelism.
 */
final class NumberedSplits implements FileEnumerator {
  private static final char MARK = '#';

  private final FileEnumerator files;
  private final boolean splittable;
  private final long maxBytes;

  private NumberedSplits(FileEnumerator files, boolean splittable, long maxBytes) {
    this.files = files;
    this.splittable = splittable;
    this.maxBytes = maxBytes;
  }

  /**
   * @param splittable whether the format can be read from within a file
   * @param maxBytes of a split
   */
  static FileEnumerator.Provider provider(boolean splittable, long maxBytes) {
    return () ->
        new NumberedSplits(
            splittable
                ? new BlockSplittingRecursiveEnumerator()
                : new NonSplittingRecursiveEnumerator(),
            splittable,
            maxBytes);
  }

  static int numberOf(FileSourceSplit split) {
    return Integer.parseInt(split.splitId().substring(split.splitId().lastIndexOf(MARK) + 1));
  }

  @Override
  public Collection<FileSourceSplit> enumerateSplits(Path[] paths, int minDesiredSplits)
      throws IOException {
    Map<String, List<FileSourceSplit>> byFile = new TreeMap<>();
    for (FileSourceSplit split : files.enumerateSplits(paths, minDesiredSplits)) {
      byFile.computeIfAbsent(split.path().toString(), path -> new ArrayList<>()).add(split);
    }
    List<FileSourceSplit> numbered = new ArrayList<>();
    for (List<FileSourceSplit> ofFile : byFile.values()) {
      ofFile.sort(Comparator.comparingLong(FileSourceSplit::offset));
      if (isCompressed(ofFile.get(0).path())) {
        addPieces(whole(ofFile.get(0)), 0, Long.MAX_VALUE, numbered);
        continue;
      }
      int number = 0;
      for (FileSourceSplit split : ofFile) {
        number = addPieces(split, number, splittable ? maxBytes : Long.MAX_VALUE, numbered);
      }
    }
    return numbered;
  }

  private static boolean isCompressed(Path file) throws UnusableFileException {
    try {
      return Compression.of(file.getName()).isPresent();
    } catch (IOException e) {
      throw new UnusableFileException(file.toString(), e);
    }
  }

  // Flink knows fewer compressions, and cuts the others between the blocks of HDFS.
  private static FileSourceSplit whole(FileSourceSplit first) {
    return new FileSourceSplit(
        first.splitId(),
        first.path(),
        0,
        first.fileSize(),
        first.fileModificationTime(),
        first.fileSize(),
        first.hostnames());
  }

  private static int addPieces(
      FileSourceSplit split, int first, long maxBytes, List<FileSourceSplit> target) {
    long step = Math.min(maxBytes, Math.max(1, split.length()));
    int number = first;
    long end = split.offset() + split.length();
    long offset = split.offset();
    do {
      target.add(
          new FileSourceSplit(
              split.path().toString() + MARK + number,
              split.path(),
              offset,
              Math.min(step, end - offset),
              split.fileModificationTime(),
              split.fileSize(),
              split.hostnames()));
      number++;
      offset += step;
    } while (offset < end);
    return number;
  }
}
