package io.millrace.flink;

import io.millrace.testing.processes.ReservedPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What lies between a client and an HTTP server: it hands everything on, or answers 503 in the
 * server's place, or cuts each connection in the middle of an answer.
 */
final class FaultyConnection implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 14;
  private static final int CUT_BYTES = 1 << 20;
  private static final byte[] UNAVAILABLE =
      "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  /** What is done to a request. */
  enum Mode {
    PASS,
    UNAVAILABLE,
    CUT
  }

  private final ReservedPort port;
  private final ServerSocket listener;
  private final URI server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger faults = new AtomicInteger();
  private volatile Mode mode = Mode.PASS;
  private volatile Runnable beforeCut = () -> {};

  private FaultyConnection(ReservedPort port, URI server) throws IOException {
    this.port = port;
    this.server = server;
    this.listener = new ServerSocket(port.number(), 50, InetAddress.getLoopbackAddress());
  }

  static FaultyConnection to(URI server) throws IOException {
    FaultyConnection connection = new FaultyConnection(ReservedPort.reserve(), server);
    connection.start("accept", connection::accept);
    return connection;
  }

  /** Where the server seems to be. */
  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port.number());
  }

  /** From now on; open connections are closed. */
  void set(Mode next) {
    mode = next;
    sockets.forEach(FaultyConnection::close);
  }

  /**
   * Cuts one connection, a megabyte into an answer.
   *
   * @param action runs before that, while the client waits for the rest; it may use others
   */
  void cutAfter(Runnable action) {
    beforeCut =
        () -> {
          mode = Mode.PASS;
          action.run();
        };
    set(Mode.CUT);
  }

  /** How many requests met with one. */
  int faults() {
    return faults.get();
  }

  private void start(String name, Runnable work) {
    Thread thread = new Thread(work, "faulty connection " + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        start("client", () -> serve(client));
      } catch (IOException e) {
        // Closed: the loop ends.
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      if (mode == Mode.UNAVAILABLE) {
        refuse(client);
        return;
      }
      try (Socket upstream = new Socket(server.getHost(), server.getPort())) {
        sockets.add(upstream);
        start("answers", () -> answers(upstream, client));
        client.getInputStream().transferTo(upstream.getOutputStream());
      }
    } catch (IOException e) {
      // One of the two ended it.
    } finally {
      sockets.remove(client);
    }
  }

  private void refuse(Socket client) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    InputStream in = client.getInputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return;
      }
      head.write(next);
    }
    faults.incrementAndGet();
    client.getOutputStream().write(UNAVAILABLE);
  }

  private void answers(Socket upstream, Socket client) {
    byte[] buffer = new byte[BUFFER_BYTES];
    long passed = 0;
    try (upstream;
        client) {
      InputStream in = upstream.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        passed += n;
        if (mode == Mode.CUT && passed > CUT_BYTES) {
          cut();
          return;
        }
      }
    } catch (IOException e) {
      // One of the two ended it.
    } finally {
      sockets.remove(upstream);
    }
  }

  private synchronized void cut() {
    faults.incrementAndGet();
    Runnable action = beforeCut;
    beforeCut = () -> {};
    action.run();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was closed.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    set(Mode.PASS);
    port.close();
  }
}
