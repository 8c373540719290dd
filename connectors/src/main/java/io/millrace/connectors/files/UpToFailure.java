package io.millrace.connectors.files;

import java.io.FilterInputStream;
import java.io.IOException;
import org.apache.commons.compress.compressors.CompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Gives what was unpacked before a failure, and fails then: commons-compress (1.26) fills a buffer
 * or fails, with what is in it by then.
 */
final class UpToFailure extends FilterInputStream {
  private final CompressorInputStream unpacking;
  private @Nullable IOException failure;

  UpToFailure(CompressorInputStream unpacking) {
    super(unpacking);
    this.unpacking = unpacking;
  }

  @Override
  public int read() throws IOException {
    rethrow();
    return super.read();
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    rethrow();
    long before = unpacking.getBytesRead();
    try {
      return unpacking.read(target, offset, count);
    } catch (IOException e) {
      int read = (int) (unpacking.getBytesRead() - before);
      if (read == 0) {
        throw e;
      }
      failure = e;
      return read;
    }
  }

  private void rethrow() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }
}
