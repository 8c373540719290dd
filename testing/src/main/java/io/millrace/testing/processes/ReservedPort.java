package io.millrace.testing.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A TCP port of the loopback interface that no other launcher takes, in this JVM or another, until
 * it is closed; also while the server that it is for is down.
 *
 * <p>It lies below the range from which the system numbers outgoing connections, or a client that
 * reconnects to a stopped server could take the server's port.
 */
public final class ReservedPort implements AutoCloseable {
  private static final int FIRST = 20_000;
  private static final int COUNT = 12_000;

  /** Where the byte of a promised number lies, behind that of the port. */
  private static final int PROMISED = 1 << 16;

  /** Kept, as a lock that nothing refers to is forgotten in this JVM. */
  private static final Queue<FileLock> PROMISES = new ConcurrentLinkedQueue<>();

  private final FileLock lock;

  private ReservedPort(FileLock lock) {
    this.lock = lock;
  }

  /**
   * Any port that nobody has reserved and where nobody listens.
   *
   * @throws IOException if there is none
   */
  public static ReservedPort reserve() throws IOException {
    return reserveFrom(FIRST + ThreadLocalRandom.current().nextInt(COUNT));
  }

  /** The first such port from this one on. */
  static ReservedPort reserveFrom(int first) throws IOException {
    for (int i = 0; i < COUNT; i++) {
      int port = FIRST + (first - FIRST + i) % COUNT;
      FileLock lock = tryLock(port);
      if (lock != null) {
        if (!isPromised(port) && isFree(port)) {
          return new ReservedPort(lock);
        }
        lock.release();
      }
    }
    throw new IOException("no free port from " + FIRST + " to " + (FIRST + COUNT - 1));
  }

  /**
   * A number that nobody has, for a command that takes the port itself: until this JVM ends, it is
   * had by whoever asks for it and by nobody who asks for any.
   */
  public static int freeNumber() throws IOException {
    while (true) {
      try (ReservedPort port = reserve()) {
        FileLock promise = tryLock(port.number() + PROMISED);
        if (promise != null) {
          PROMISES.add(promise);
          return port.number();
        }
      }
    }
  }

  private static boolean isPromised(int port) throws IOException {
    FileLock lock = tryLock(port + PROMISED);
    if (lock == null) {
      return true;
    }
    lock.release();
    return false;
  }

  /**
   * One port and no other.
   *
   * @throws BindException if another launcher has reserved it or a server listens there
   */
  static ReservedPort reserve(int number) throws IOException {
    FileLock lock = tryLock(number);
    if (lock != null && isFree(number)) {
      return new ReservedPort(lock);
    }
    if (lock != null) {
      lock.release();
    }
    throw new BindException("port " + number + " is taken: expected a free one");
  }

  public int number() {
    return Math.toIntExact(lock.position());
  }

  /** Does anything accept connections there? */
  boolean isListening() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), number())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
  }

  private static @Nullable FileLock tryLock(int port) throws IOException {
    try {
      return LockFile.CHANNEL.tryLock(port, 1, false);
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * One file for all ports, two bytes for each. Never closed: closing any channel of a file
   * releases all of the process's locks on it.
   */
  private static final class LockFile {
    static final FileChannel CHANNEL = open();

    private static FileChannel open() {
      Path file =
          Path.of(
              System.getProperty("java.io.tmpdir"),
              "millrace-ports-" + System.getProperty("user.name") + ".lock");
      try {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot open " + file, e);
      }
    }
  }
}
