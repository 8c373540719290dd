package io.millrace.connectors.files;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.RecoverableWriter.CommitRecoverable;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of the output that is being written. Not thread-safe; whoever opened it finishes or closes
 * it.
 */
final class StagedFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StagedFile.class);

  private final String name;
  private final RecoverableWriter writer;
  private final RecoverableFsDataOutputStream out;
  private final ChecksumStream stream;
  private final BulkWriter<byte[]> content;
  private final SortedMap<Long, Long> scored = new TreeMap<>();
  private long deadLetters;

  /** Predictions of one version in a row, dead letters aside, that are not counted above yet. */
  private long run;

  private long runOf;
  private boolean finished;

  /** Makes what writes into the stream of a file. */
  @FunctionalInterface
  interface Content {
    BulkWriter<byte[]> open(FSDataOutputStream out, String name) throws IOException;
  }

  StagedFile(OutputFolder folder, String name, RecoverableWriter writer, Content content)
      throws IOException {
    this.name = name;
    this.writer = writer;
    this.out = writer.open(folder.staged(name));
    this.stream = new ChecksumStream(out);
    try {
      this.content = content.open(stream, name);
    } catch (IOException | RuntimeException e) {
      IOUtils.closeQuietly(out);
      throw e;
    }
  }

  void write(FileOutcome outcome) throws IOException {
    content.addElement(outcome.line());
    if (outcome.isDeadLetter()) {
      deadLetters++;
      return;
    }
    if (outcome.version() != runOf) {
      countRun();
      runOf = outcome.version();
    }
    run++;
  }

  private void countRun() {
    if (run > 0) {
      scored.merge(runOf, run, Long::sum);
    }
    run = 0;
  }

  /** Ends the file, which does not show before it is committed. */
  WrittenFile finish() throws IOException {
    content.finish();
    countRun();
    CommitRecoverable recoverable = out.closeForCommit().getRecoverable();
    finished = true;
    SimpleVersionedSerializer<CommitRecoverable> form = writer.getCommitRecoverableSerializer();
    return new WrittenFile(
        name,
        scored,
        deadLetters,
        stream.getPos(),
        stream.checksum(),
        SimpleVersionedSerialization.writeVersionAndSerialize(form, recoverable));
  }

  /** Gives a file up that is not finished. */
  @Override
  public void close() {
    // Flink's stream to S3 fails if it is closed once more (2.3). One to HDFS fails for good, with
    // the same exception each time: thrown anew where a task cleans up behind it, that would end
    // the TaskManager.
    if (!finished) {
      try {
        out.close();
      } catch (IOException e) {
        LOG.debug("{} is given up: {}", name, e.getMessage());
      }
    }
  }
}
