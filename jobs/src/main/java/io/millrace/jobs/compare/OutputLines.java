package io.millrace.jobs.compare;

import io.millrace.connectors.files.Compression;
import io.millrace.connectors.files.TopicRecording;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * The records of an output in JSON lines, or of an output topic that {@link TopicRecording} keeps:
 * of one file, or of all files below a folder but those whose names begin with a dot or an
 * underscore, as Flink reads folders. Which files are compressed or recordings, their extension
 * says. Each read begins anew.
 */
public final class OutputLines {
  /** A line is held in memory; no record that a job takes in comes near. */
  static final int MAX_LINE_BYTES = 256 << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  private final String root;
  private final List<Path> files;

  /** Takes one record after the other. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param file of the record, relative to the output
     * @param number of its line or record, from 1
     * @param line without its end
     */
    void line(String file, long number, byte[] line) throws IOException;
  }

  private OutputLines(String root, List<Path> files) {
    this.root = root;
    this.files = files;
  }

  /**
   * Finds the files.
   *
   * @param location on any file system that Flink reads
   * @throws IOException if there is nothing, or a folder without a file
   */
  public static OutputLines at(URI location) throws IOException {
    Path path = new Path(location);
    FileSystem fileSystem = path.getFileSystem();
    FileStatus status;
    try {
      status = fileSystem.getFileStatus(path);
    } catch (FileNotFoundException e) {
      throw new IOException(
          location + " does not exist: expected a file of JSON lines, or a folder of such files",
          e);
    }
    List<Path> files = new ArrayList<>();
    if (status.isDir()) {
      collect(fileSystem, path, files);
      if (files.isEmpty()) {
        throw new IOException(location + " has no file: expected files of JSON lines");
      }
      files.sort(Comparator.comparing(Path::getPath));
      return new OutputLines(status.getPath().getPath() + "/", files);
    }
    files.add(path);
    return new OutputLines("", files);
  }

  private static void collect(FileSystem fileSystem, Path folder, List<Path> files)
      throws IOException {
    FileStatus @Nullable [] children = fileSystem.listStatus(folder);
    // Some file systems answer null for an empty folder.
    for (FileStatus child : children == null ? new FileStatus[0] : children) {
      String name = child.getPath().getName();
      if (name.startsWith(".") || name.startsWith("_")) {
        continue;
      }
      if (child.isDir()) {
        collect(fileSystem, child.getPath(), files);
      } else {
        files.add(child.getPath());
      }
    }
  }

  /**
   * Reads every record, in the order of file names and lines. Blank lines are passed over.
   *
   * @throws IOException if a file cannot be read, or a line is no JSON object; the message says
   *     where
   */
  public void read(Visitor visitor) throws IOException {
    for (Path file : files) {
      String name = name(file);
      try {
        if (name.endsWith(TopicRecording.SUFFIX)) {
          readRecording(name, file, visitor);
        } else {
          readLines(name, file, visitor);
        }
      } catch (IOException e) {
        String message = String.valueOf(e.getMessage());
        throw message.startsWith(name)
            ? e
            : new IOException("%s: cannot be read: %s".formatted(name, message), e);
      }
    }
  }

  /**
   * Reads the first record alone; calls nobody where there is none.
   *
   * @throws IOException as {@link #read}
   */
  public void readFirst(Visitor visitor) throws IOException {
    try {
      read(
          (file, number, line) -> {
            visitor.line(file, number, line);
            throw new FirstReadException();
          });
    } catch (FirstReadException e) {
      // The rest is not asked for.
    }
  }

  /** Ends a read behind the first record. */
  private static final class FirstReadException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private String name(Path file) {
    String path = file.getPath();
    return path.startsWith(root) && !root.isEmpty()
        ? path.substring(root.length())
        : file.getName();
  }

  private static InputStream open(Path file) throws IOException {
    InputStream raw = file.getFileSystem().open(file);
    try {
      // Reads the head of the file, which may be no such file.
      Optional<Compression> compression = Compression.of(file.getName());
      return compression.isPresent() ? compression.get().unpack(raw) : raw;
    } catch (IOException | RuntimeException e) {
      IOUtils.closeQuietly(raw);
      throw e;
    }
  }

  private static void read(String name, InputStream in, Visitor visitor) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    byte[] buffer = new byte[BUFFER_BYTES];
    long number = 1;
    for (int bytes = in.read(buffer); bytes >= 0; bytes = in.read(buffer)) {
      int from = 0;
      for (int i = 0; i < bytes; i++) {
        if (buffer[i] == '\n') {
          line.write(buffer, from, i - from);
          visit(name, number, line, visitor);
          number++;
          from = i + 1;
        }
      }
      line.write(buffer, from, bytes - from);
      if (line.size() > MAX_LINE_BYTES) {
        throw new IOException(
            "%s:%d: expected a line of up to %d bytes".formatted(name, number, MAX_LINE_BYTES));
      }
    }
    visit(name, number, line, visitor);
  }

  private static void readLines(String name, Path file, Visitor visitor) throws IOException {
    try (InputStream in = open(file)) {
      read(name, in, visitor);
    }
  }

  private static void readRecording(String name, Path file, Visitor visitor) throws IOException {
    AtomicLong number = new AtomicLong();
    TopicRecording.read(
        file,
        record -> {
          byte[] value = record.value();
          visit(name, number.incrementAndGet(), value == null ? new byte[0] : value, visitor);
        });
  }

  private static void visit(String name, long number, ByteArrayOutputStream line, Visitor visitor)
      throws IOException {
    byte[] bytes = line.toByteArray();
    line.reset();
    visit(name, number, bytes, visitor);
  }

  private static void visit(String name, long number, byte[] bytes, Visitor visitor)
      throws IOException {
    int last = bytes.length - 1;
    while (last >= 0 && Character.isWhitespace(bytes[last])) {
      last--;
    }
    if (last < 0) {
      return;
    }
    if (bytes[0] != '{' || bytes[last] != '}') {
      throw new IOException("%s:%d: expected a JSON object on a line".formatted(name, number));
    }
    visitor.line(name, number, bytes);
  }
}
