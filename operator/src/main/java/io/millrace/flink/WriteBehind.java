package io.millrace.flink;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A file that goes to the disk while it is written, stretch by stretch on a thread beside. So the
 * disk works while the bytes are hashed, and a model of many gigabytes does not fill the page cache
 * with what is not on the disk yet, for which all that write on this machine would have to wait.
 */
final class WriteBehind extends OutputStream {
  private static final long STRETCH_BYTES = 8 << 20;

  /** As far as the bytes may run ahead of a disk that is slower than their source. */
  private static final int MOST_STRETCHES = 4;

  private final FileChannel channel;
  private final CopyThread disk;
  private final Callable<@Nullable Void> force;
  private final long stretchBytes;
  private long written;
  private @Nullable Future<@Nullable Void> stretch;

  /**
   * @param channel closed with this
   * @param disk the thread that waits for the disk
   */
  WriteBehind(FileChannel channel, CopyThread disk) {
    this(
        channel,
        disk,
        () -> {
          channel.force(false);
          return null;
        },
        STRETCH_BYTES);
  }

  /**
   * @param force has the disk take what is written
   */
  WriteBehind(
      FileChannel channel, CopyThread disk, Callable<@Nullable Void> force, long stretchBytes) {
    this.channel = channel;
    this.disk = disk;
    this.force = force;
    this.stretchBytes = stretchBytes;
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
    boolean idle = stretch == null || stretch.isDone();
    if (written >= (idle ? stretchBytes : MOST_STRETCHES * stretchBytes)) {
      CopyThread.await(stretch);
      stretch = disk.submit(force);
      written = 0;
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      CopyThread.await(stretch);
    }
  }
}
