package io.millrace.jobs.whatif;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The numbers of all pairs on disk. Filled first, read then; whoever opened it closes it. */
final class NumberPairs implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final DataOutputStream out;
  private long size;

  /** Takes one pair after the other. */
  @FunctionalInterface
  interface Visitor {
    void pair(double base, double other);
  }

  NumberPairs(Path file) throws IOException {
    this.file = file;
    this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER));
  }

  void add(double base, double other) throws IOException {
    out.writeDouble(base);
    out.writeDouble(other);
    size++;
  }

  /** Ends the filling. */
  @Override
  public void close() throws IOException {
    out.close();
  }

  void read(Visitor visitor) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER))) {
      for (long i = 0; i < size; i++) {
        visitor.pair(in.readDouble(), in.readDouble());
      }
    }
  }
}
