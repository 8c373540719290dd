package io.millrace.connectors.files;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.RecoverableWriter.CommitRecoverable;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A file of lines that is being written. Not thread-safe; whoever opened it finishes or closes it.
 */
final class StagedFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final String name;
  private final RecoverableWriter writer;
  private final RecoverableFsDataOutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private final CRC32C checksum = new CRC32C();
  private final SortedMap<Long, Long> scored = new TreeMap<>();
  private int filled;
  private long deadLetters;
  private long bytes;

  StagedFile(OutputFolder folder, String name, RecoverableWriter writer) throws IOException {
    this.name = name;
    this.writer = writer;
    this.out = writer.open(folder.staged(name));
  }

  void write(FileOutcome outcome) throws IOException {
    byte[] line = outcome.line();
    if (line.length >= BUFFER - filled) {
      flush();
    }
    if (line.length >= BUFFER) {
      checksum.update(line);
      out.write(line);
    } else {
      System.arraycopy(line, 0, buffer, filled, line.length);
      filled += line.length;
    }
    buffer[filled++] = '\n';
    bytes += line.length + 1L;
    if (outcome.version() == null) {
      deadLetters++;
    } else {
      scored.merge(outcome.version(), 1L, Long::sum);
    }
  }

  private void flush() throws IOException {
    checksum.update(buffer, 0, filled);
    out.write(buffer, 0, filled);
    filled = 0;
  }

  /** Ends the file, which does not show before it is committed. */
  WrittenFile finish() throws IOException {
    flush();
    CommitRecoverable recoverable = out.closeForCommit().getRecoverable();
    SimpleVersionedSerializer<CommitRecoverable> form = writer.getCommitRecoverableSerializer();
    return new WrittenFile(
        name,
        scored,
        deadLetters,
        bytes,
        (int) checksum.getValue(),
        SimpleVersionedSerialization.writeVersionAndSerialize(form, recoverable));
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
