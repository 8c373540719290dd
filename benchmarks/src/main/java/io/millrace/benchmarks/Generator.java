package io.millrace.benchmarks;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An open loop in a process of its own: sends each record when it is due, however the receiver
 * keeps up, and one that is late still carries the time at which it was due. Prints the port, then
 * waits for one receiver.
 *
 * <p>The time is {@link System#nanoTime}, on Linux the machine's monotonic clock, the same in all
 * processes.
 */
final class Generator {
  /** Before the record. */
  static final int STAMP_BYTES = Long.BYTES;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final long NAP_NANOS = 50_000;

  private final BufferedOutputStream out;
  private final byte[] stamp = new byte[STAMP_BYTES];
  private long place;

  private Generator(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
  }

  /**
   * @param args phases, each {@code <records per second>:<milliseconds>}; 0 is as fast as the
   *     receiver takes them
   */
  public static void main(String[] args) throws IOException {
    Thread parent = new Thread(Generator::exitWithParent, "parent watch");
    parent.setDaemon(true);
    parent.start();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      System.out.println(server.getLocalPort());
      try (Socket socket = server.accept()) {
        Generator generator = new Generator(socket);
        for (String phase : args) {
          String[] parts = phase.split(":", 2);
          long millis = Long.parseLong(parts[1]);
          generator.run(Double.parseDouble(parts[0]), TimeUnit.MILLISECONDS.toNanos(millis));
        }
        generator.out.flush();
      }
    }
  }

  private void run(double rate, long nanos) throws IOException {
    long start = System.nanoTime();
    for (long i = 0; ; i++) {
      long due = rate == 0 ? System.nanoTime() : start + (long) (i * 1e9 / rate);
      if (due - start >= nanos) {
        return;
      }
      while (System.nanoTime() - due < 0) {
        out.flush();
        LockSupport.parkNanos(NAP_NANOS);
      }
      ByteBuffer.wrap(stamp).putLong(due);
      out.write(stamp);
      out.write(Records.binary(place++));
    }
  }

  @SuppressWarnings("SystemExitOutsideMain") // Nobody is left to close the socket.
  private static void exitWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent: only the end counts.
      }
    } catch (IOException e) {
      // A broken pipe is an end as well.
    }
    Runtime.getRuntime().halt(1);
  }
}
