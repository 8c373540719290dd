package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DJL in a JVM of its own: its jars hold TensorFlow's Java classes of another version. It runs a
 * plain loop, so it is spared what Flink costs.
 */
final class DjlProcess implements AutoCloseable {
  private static final String READY = "ready ";

  private final ChildProcess process;
  private final String version;

  private DjlProcess(ChildProcess process, String version) {
    this.process = process;
    this.version = version;
  }

  static DjlProcess start(Path folder, Subject subject) throws IOException {
    Path jars = jars();
    Path rows = folder.resolve("rows");
    Files.write(rows, rows());
    Path expected =
        Files.write(folder.resolve("expected"), Records.littleEndian(subject.expected()));
    // DJL 0.36 downloads the native library unless it sees a file of this name on the library path,
    // and then leaves it to JavaCPP to load the one on the class path.
    Path library = Files.createDirectories(folder.resolve("library"));
    Files.write(library.resolve("libjnitensorflow.so"), new byte[0]);
    List<String> arguments = new ArrayList<>();
    arguments.add("-Xmx512m");
    arguments.add("-Djava.library.path=" + library);
    arguments.addAll(List.of("-cp", jars.resolve("classes") + ":" + jars + "/*"));
    arguments.add("io.millrace.benchmarks.djl.DjlPeer");
    arguments.addAll(List.of(subject.savedModel(), rows.toString(), expected.toString()));
    ChildProcess process = ChildProcess.start("DJL", folder.resolve("djl.log"), arguments);
    return new DjlProcess(process, awaitReady(process));
  }

  private static Path jars() {
    @Nullable String processes = System.getProperty("millrace.processes");
    if (processes == null) {
      throw new IllegalStateException(
          "system property 'millrace.processes' is not set: expected the folder that holds 'djl'");
    }
    return Path.of(processes, "djl");
  }

  private static byte[] rows() {
    int length = Records.binary(0).length;
    byte[] rows = new byte[Records.POOL * length];
    for (int i = 0; i < Records.POOL; i++) {
      System.arraycopy(Records.binary(i), 0, rows, i * length, length);
    }
    return rows;
  }

  // JavaCPP 1.5.11 prints warnings to standard output while it loads.
  private static String awaitReady(ChildProcess process) throws IOException {
    String version = null;
    try {
      while (version == null) {
        String line = process.hear();
        version = line.startsWith(READY) ? line.substring(READY.length()) : null;
      }
      return version;
    } finally {
      if (version == null) {
        process.close();
      }
    }
  }

  String version() {
    return version;
  }

  Sample run(int records) throws IOException {
    process.tell(Integer.toString(records));
    String[] answer = process.hear().split(" ", -1);
    return new Sample(
        records, Long.parseLong(answer[0]), Long.parseLong(answer[1]), Float.parseFloat(answer[2]));
  }

  @Override
  public void close() {
    process.close();
  }
}
