package io.millrace.connectors.files;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the frames of a zstd file hold, one behind the other. The library's own stream (1.5.6) takes
 * a frame that breaks off for the end of the file where it begins in the buffer that the one before
 * ends in.
 */
final class ZstdFrames extends InputStream {
  private static final int SOURCE = 1 << 16;

  /** What is unpacked in one step with what is damaged is not seen. */
  private static final int TARGET = 1 << 14;

  private final InputStream in;
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final byte[] read = new byte[SOURCE];
  private final ByteBuffer source = ByteBuffer.allocateDirect(SOURCE).limit(0);
  private final ByteBuffer target = ByteBuffer.allocateDirect(TARGET).limit(0);

  /** From the first on, which there must be. */
  private boolean inFrame = true;

  private boolean holdsMore;

  /** What ended the stream before its time: the context is of no use then. */
  private @Nullable IOException failure;

  /**
   * @param in closed with this
   */
  ZstdFrames(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    return fill() ? target.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int given = Math.min(count, target.remaining());
    target.get(bytes, offset, given);
    return given;
  }

  private boolean fill() throws IOException {
    if (failure != null) {
      throw failure;
    }
    while (!target.hasRemaining()) {
      if (!source.hasRemaining() && !holdsMore && !fillSource()) {
        return false;
      }
      target.clear();
      boolean ended;
      try {
        ended = context.decompressDirectByteBufferStream(target, source);
      } catch (ZstdException e) {
        target.limit(0);
        // What the exception says of its code is "no error".
        failure = new IOException(Zstd.getErrorName(-e.getErrorCode()), e);
        throw failure;
      }
      inFrame = !ended;
      holdsMore = !ended && !target.hasRemaining();
      target.flip();
    }
    return true;
  }

  private boolean fillSource() throws IOException {
    int count = in.read(read, 0, read.length);
    if (count >= 0) {
      source.clear().put(read, 0, count).flip();
      return true;
    }
    if (inFrame) {
      throw new EOFException("a frame is cut off");
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    context.close();
    in.close();
  }
}
