package io.millrace.flink;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A file that goes to the disk while it is written, stretch by stretch on a thread beside. So the
 * disk works while the bytes are hashed, and a model of many gigabytes does not fill the page cache
 * with what is not on the disk yet, for which all that write on this machine would have to wait.
 */
final class WriteBehind extends OutputStream {
  private static final long STRETCH_BYTES = 16 << 20;

  private final FileChannel channel;
  private final CopyThread disk;
  private long written;
  private @Nullable Future<@Nullable Void> stretch;

  /**
   * @param channel closed with this
   * @param disk the thread that waits for the disk
   */
  WriteBehind(FileChannel channel, CopyThread disk) {
    this.channel = channel;
    this.disk = disk;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    written += length;
    if (written >= STRETCH_BYTES && (stretch == null || stretch.isDone())) {
      CopyThread.await(stretch);
      stretch = disk.submit(this::force);
      written = 0;
    }
  }

  private @Nullable Void force() throws IOException {
    channel.force(false);
    return null;
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      CopyThread.await(stretch);
    }
  }
}
