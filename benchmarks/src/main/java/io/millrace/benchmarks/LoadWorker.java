package io.millrace.benchmarks;

import io.millrace.benchmarks.Loads.Way;
import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelStore;
import io.millrace.tensorflow.TensorFlowEngine;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;

/**
 * The process in which models are loaded. Its heap is there from the start, so that what is added
 * to its memory is the models'. It is told one thing a line and answers one line.
 */
final class LoadWorker {
  /** Resets the peak of the resident memory; {@code man 5 proc}. */
  private static final String RESET_PEAK = "5";

  /** As the store copies. */
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path folder;
  private final Map<URI, ModelStore> caches = new HashMap<>();
  private int copies;

  private LoadWorker(Path folder) {
    this.folder = folder;
  }

  /**
   * Of the JVM that runs it.
   *
   * @param folder for copies
   * @param warmUp a small model, which is loaded first: what TensorFlow itself takes counts for
   *     none
   */
  static List<String> arguments(Path folder, Path warmUp) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
    arguments.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    arguments.add("-Dorg.bytedeco.javacpp.maxBytes=0");
    arguments.add("-Dlog4j2.level=ERROR");
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    arguments.addAll(List.of(LoadWorker.class.getName(), folder.toString(), warmUp.toString()));
    return arguments;
  }

  /**
   * @param args the folder for copies and the small model
   */
  public static void main(String[] args) throws Exception {
    LoadWorker worker = new LoadWorker(Files.createDirectories(Path.of(args[0])));
    worker.load(Way.PATH, Path.of(args[1]).toUri());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 3);
      URI model = URI.create(words[2]);
      String answer =
          switch (words[0]) {
            case "load" -> worker.load(Way.valueOf(words[1]), model);
            case "fetch" -> Long.toString(worker.fetch(model));
            case "copy" -> Long.toString(worker.copy(model, true));
            case "copy-to-memory" -> Long.toString(worker.copy(model, false));
            default -> throw new IllegalArgumentException(line);
          };
      // JavaCPP 1.5.11 prints warnings to standard output while it loads.
      System.out.println(Loads.ANSWER + answer);
    }
  }

  /**
   * Nanoseconds until it runs, and bytes that the process had at the most besides: the second means
   * something for a first model alone, since TensorFlow keeps what it has had.
   */
  private String load(Way way, URI uri) throws Exception {
    Files.writeString(Path.of("/proc/self/clear_refs"), RESET_PEAK);
    long before = resident("VmRSS");
    long start = System.nanoTime();
    try (ModelFiles files = files(way, uri);
        Model model = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT)) {
      long nanos = System.nanoTime() - start;
      model.signature(null);
      return nanos + " " + (resident("VmHWM") - before);
    }
  }

  private ModelFiles files(Way way, URI uri) throws Exception {
    return switch (way) {
      case PATH -> new ModelFiles(Path.of(uri), "sha256:none", 0, () -> {});
      case DISK, REMOTE_DISK -> store(uri, Staging.DISK).fetch(uri, null);
      case MEMORY, REMOTE_MEMORY -> store(uri, Staging.MEMORY).fetch(uri, null);
    };
  }

  private FileSystemModelStore store(URI uri, Staging staging) {
    return FileSystemModelStore.of(List.of(uri.toString()), folder.resolve("models")).with(staging);
  }

  /**
   * As a task does: to a cache that does not have it, hashed, on the disk to stay. The cache has no
   * room for what nothing holds, so the next fetch does not find it.
   */
  private long fetch(URI uri) throws Exception {
    ModelStore store =
        caches.computeIfAbsent(
            uri, key -> store(key, Staging.DISK).cachedIn(folder.resolve("cache"), 0));
    long start = System.nanoTime();
    try (ModelFiles files = store.fetch(uri, null)) {
      long nanos = System.nanoTime() - start;
      if (files.bytes() == 0) {
        throw new IllegalStateException(uri + " is empty");
      }
      return nanos;
    }
  }

  /** The same without hashing or checking anything; on the disk to stay where that is asked for. */
  private long copy(URI uri, boolean toStay) throws IOException {
    Path target = Files.createDirectory(folder.resolve("copy" + copies++));
    org.apache.flink.core.fs.Path source = new org.apache.flink.core.fs.Path(uri);
    long start = System.nanoTime();
    copy(source.getFileSystem(), source, target, toStay);
    long nanos = System.nanoTime() - start;
    delete(target);
    return nanos;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void copy(
      FileSystem fileSystem, org.apache.flink.core.fs.Path directory, Path target, boolean toStay)
      throws IOException {
    for (FileStatus file : fileSystem.listStatus(directory)) {
      Path copy = target.resolve(file.getPath().getName());
      if (file.isDir()) {
        copy(fileSystem, file.getPath(), Files.createDirectory(copy), toStay);
      } else {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = fileSystem.open(file.getPath());
            FileOutputStream out = new FileOutputStream(copy.toFile())) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
          }
          if (toStay) {
            out.getFD().sync();
          }
        }
      }
    }
  }

  private static long resident(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    throw new IOException("/proc/self/status says nothing about " + field);
  }
}
