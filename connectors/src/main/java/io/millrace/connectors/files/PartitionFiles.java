package io.millrace.connectors.files;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.IOUtils;

/**
 * The files that are being written of one split, one for each partition. A few are open at a time;
 * that which was written longest ago is ended for another, and what comes for its partition then
 * goes to a further file. Which, follows from the order of the records. Not thread-safe; whoever
 * made it finishes or closes it.
 */
final class PartitionFiles implements AutoCloseable {
  /** Of a split; where records come in no order of their partitions, each may end a file. */
  static final int MAX_FILES = 10_000;

  private final LinkedHashMap<String, StagedFile> open = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Integer> ended = new HashMap<>();
  private final Opener opener;
  private final Finished finished;
  private final int maxOpen;
  private final int maxFiles;
  private int count;

  /** Opens the file of this number of a partition in a split. */
  @FunctionalInterface
  interface Opener {
    StagedFile open(FileOutcome first, int number) throws IOException;
  }

  /** Takes a file that is complete. */
  @FunctionalInterface
  interface Finished {
    void accept(WrittenFile file);
  }

  /**
   * @param maxOpen how many may be open at a time
   * @param maxFiles how many a split may have
   */
  PartitionFiles(Opener opener, Finished finished, int maxOpen, int maxFiles) {
    this.opener = opener;
    this.finished = finished;
    this.maxOpen = maxOpen;
    this.maxFiles = maxFiles;
  }

  void write(FileOutcome outcome) throws IOException {
    StagedFile file = open.get(outcome.partition());
    if (file == null) {
      if (count == maxFiles) {
        throw new UnusableFileException(
            outcome.path(),
            new UnusableContentException(
                "the records of a split are of so many days, in no order, that they fill more than "
                    + maxFiles
                    + " files: expected input that is sorted by time, or output.partition-by: none"));
      }
      if (open.size() == maxOpen) {
        finish(open.keySet().iterator().next());
      }
      file = opener.open(outcome, ended.getOrDefault(outcome.partition(), 0));
      open.put(outcome.partition(), file);
      count++;
    }
    file.write(outcome);
  }

  private void finish(String partition) throws IOException {
    WrittenFile written;
    try (StagedFile file = open.remove(partition)) {
      written = file.finish();
    }
    ended.merge(partition, 1, Integer::sum);
    finished.accept(written);
  }

  /** Ends the split. */
  void finish() throws IOException {
    for (String partition : List.copyOf(open.keySet())) {
      finish(partition);
    }
    ended.clear();
    count = 0;
  }

  @Override
  public void close() throws Exception {
    IOUtils.closeAll(open.values());
  }
}
