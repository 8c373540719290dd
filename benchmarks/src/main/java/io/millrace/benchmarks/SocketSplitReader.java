package io.millrace.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.jspecify.annotations.Nullable;

/** Hands on all whole records that have come, at least one. */
final class SocketSplitReader implements SplitReader<byte[], SocketSource.Connection> {
  private static final int BUFFER_RECORDS = 32;
  private static final int TIMEOUT_MILLIS = 100;

  private final int recordBytes;
  private final byte[] buffer;
  private int filled;
  private @Nullable Socket socket;
  private @Nullable String splitId;

  SocketSplitReader(int recordBytes) {
    this.recordBytes = recordBytes;
    this.buffer = new byte[BUFFER_RECORDS * recordBytes];
  }

  @Override
  public void handleSplitsChanges(SplitsChange<SocketSource.Connection> change) {
    SocketSource.Connection connection = change.splits().get(0);
    try {
      Socket opened = new Socket(InetAddress.getLoopbackAddress(), connection.port());
      opened.setSoTimeout(TIMEOUT_MILLIS);
      socket = opened;
      splitId = connection.splitId();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("no generator at port " + connection.port(), e);
    }
  }

  @Override
  public RecordsWithSplitIds<byte[]> fetch() throws IOException {
    RecordsBySplits.Builder<byte[]> records = new RecordsBySplits.Builder<>();
    Socket open = socket;
    String id = splitId;
    if (open == null || id == null) {
      return records.build();
    }
    if (!fill(open.getInputStream())) {
      records.addFinishedSplit(id);
      return records.build();
    }
    int from = 0;
    for (; filled - from >= recordBytes; from += recordBytes) {
      records.add(id, Arrays.copyOfRange(buffer, from, from + recordBytes));
    }
    System.arraycopy(buffer, from, buffer, 0, filled - from);
    filled -= from;
    return records.build();
  }

  /** Returns false at the end of the stream. */
  private boolean fill(InputStream in) throws IOException {
    do {
      try {
        int count = in.read(buffer, filled, buffer.length - filled);
        if (count < 0) {
          return false;
        }
        filled += count;
      } catch (SocketTimeoutException e) {
        // So that the fetcher sees a wake-up; the bytes at hand stay.
        return true;
      }
    } while (filled < recordBytes);
    return true;
  }

  @Override
  public void wakeUp() {
    // A read returns by itself within the timeout.
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
  }
}
