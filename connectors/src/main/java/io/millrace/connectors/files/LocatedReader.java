package io.millrace.connectors.files;

import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.ArrayResultIterator;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/** The records of one split. It is opened at the first one. */
final class LocatedReader implements BulkFormat.Reader<LocatedRecord> {
  private static final int BATCH_RECORDS = 1024;
  private static final int BATCH_BYTES = 1 << 20;

  private final PieceFormat format;
  private final FileSourceSplit split;
  private final DamagedFiles damaged;
  private final ReadMetrics metrics;
  private final String path;
  private final int number;

  private PieceFormat.@Nullable Reader pieces;
  private @Nullable FSDataInputStream stored;
  private long handedOut;
  private long passedBytes;

  /** Of what {@link #next} answered. */
  private long lastBytes;

  private boolean over;

  LocatedReader(
      PieceFormat format, FileSourceSplit split, DamagedFiles damaged, ReadMetrics metrics) {
    this.format = format;
    this.split = split;
    this.damaged = damaged;
    this.metrics = metrics;
    this.path = split.path().toString();
    this.number = NumberedSplits.numberOf(split);
  }

  @Override
  public BulkFormat.@Nullable RecordIterator<LocatedRecord> readBatch() throws IOException {
    LocatedRecord[] batch = new LocatedRecord[BATCH_RECORDS];
    int count = 0;
    long bytes = 0;
    while (count < batch.length && bytes < BATCH_BYTES) {
      LocatedRecord next = next();
      if (next == null) {
        break;
      }
      batch[count++] = next;
      bytes += lastBytes;
    }
    measure(count);
    if (count == 0) {
      return null;
    }
    ArrayResultIterator<LocatedRecord> result = new ArrayResultIterator<>();
    result.set(Arrays.copyOf(batch, count), count, CheckpointedPosition.NO_OFFSET, handedOut);
    handedOut += count;
    return result;
  }

  // What is read ahead belongs to what comes, and what a split needs of another does not count.
  private void measure(int records) throws IOException {
    long passed = split.length();
    if (!over && stored != null) {
      passed = Math.min(passed, stored.getPos() - split.offset());
    }
    long more = Math.max(0, passed - passedBytes);
    passedBytes += more;
    metrics.read(records, more);
  }

  /** Moves over records that were handed out before. */
  void skip(long records) throws IOException {
    for (long i = 0; i < records && next() != null; i++) {
      handedOut++;
    }
  }

  /**
   * Opens it, without reading a record.
   *
   * @throws UnusableFileException if the job would fail at the file
   * @throws IOException if it cannot be read
   */
  void requireUsable() throws IOException {
    try {
      opened();
    } catch (DamageException e) {
      damage(e);
    } catch (IOException e) {
      throw located(e);
    }
  }

  private @Nullable LocatedRecord next() throws IOException {
    if (over) {
      return null;
    }
    try {
      FilePiece piece = opened().read();
      over = piece == null;
      return piece == null ? null : located(piece);
    } catch (DamageException e) {
      over = true;
      return damage(e);
    } catch (IOException e) {
      throw located(e);
    }
  }

  private IOException located(IOException e) {
    if (e instanceof UnusableContentException) {
      return new UnusableFileException(path, e);
    }
    // No cause, as there: what is shown of a failed job is the last one, and this one has the path.
    IOException located = new IOException(path + ": " + e.getMessage());
    located.addSuppressed(e);
    return located;
  }

  private LocatedRecord located(FilePiece piece) {
    lastBytes = piece.heapBytes();
    return LocatedRecord.of(path, number, piece);
  }

  private LocatedRecord damage(DamageException e) throws IOException {
    if (damaged == DamagedFiles.FAIL) {
      throw new UnusableFileException(path, e);
    }
    String message = String.valueOf(e.getMessage());
    return located(FilePiece.refused(e.offset(), RecordReason.MALFORMED, message));
  }

  private PieceFormat.Reader opened() throws IOException {
    PieceFormat.Reader known = pieces;
    if (known == null) {
      known = open();
      pieces = known;
    }
    return known;
  }

  private PieceFormat.Reader open() throws IOException {
    Path file = split.path();
    FSDataInputStream bytes = new StorageStream(file.getFileSystem().open(file), split.fileSize());
    FSDataInputStream opened = bytes;
    stored = bytes;
    try {
      Compression compression = Compression.of(file.getName()).orElse(null);
      if (compression != null) {
        opened = new UnpackedStream(unpack(compression, bytes));
        return format.open(opened, Long.MAX_VALUE, Long.MAX_VALUE);
      }
      bytes.seek(split.offset());
      return format.open(bytes, split.fileSize(), split.offset() + split.length());
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static InputStream unpack(Compression compression, FSDataInputStream stored)
      throws IOException {
    try {
      return compression.unpack(stored);
    } catch (IOException | RuntimeException e) {
      throw DamageException.of(0, 0, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (pieces != null) {
      pieces.close();
    }
  }
}
