package io.millrace.flink;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** This machine cannot hold a copy of a version; what is wrong is not where the version lies. */
final class LocalCopyException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param path the local file or folder that cannot be written
   */
  LocalCopyException(Path path, IOException cause) {
    super("cannot write " + path + ": " + cause, cause);
  }

  /** Opens a local file. */
  interface Opener {
    OutputStream open() throws IOException;
  }

  /** The local file, whose failures are told from those of what is read into it. */
  static OutputStream write(Path path, Opener opener) throws LocalCopyException {
    try {
      return new LocalFile(path, opener.open());
    } catch (IOException e) {
      throw new LocalCopyException(path, e);
    }
  }

  private static final class LocalFile extends OutputStream {
    private final Path path;
    private final OutputStream out;

    LocalFile(Path path, OutputStream out) {
      this.path = path;
      this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      try {
        out.write(source, offset, length);
      } catch (IOException e) {
        throw new LocalCopyException(path, e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (IOException e) {
        throw new LocalCopyException(path, e);
      }
    }
  }
}
