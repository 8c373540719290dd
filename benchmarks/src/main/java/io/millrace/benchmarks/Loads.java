package io.millrace.benchmarks;

import io.millrace.testing.processes.HdfsCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileSystem.WriteMode;

/**
 * Models of different sizes, loaded in different ways that take turns in one process, and fetched
 * in turns with a plain copy of the same files.
 */
record Loads(List<Load> loads, List<Fetch> fetches) {
  static final String ANSWER = "answer ";
  private static final String SMALL = "small";
  private static final int ROUNDS = 5;

  /** Until the code of a fetch is compiled, as it is in a task that has loaded a few versions. */
  private static final int FETCH_WARM_UPS = 4;

  /** Where a model comes from, and where its files are while TensorFlow reads them. */
  enum Way {
    PATH("local folder, read in place"),
    DISK("local folder, by a copy on disk"),
    MEMORY("local folder, by memory"),
    REMOTE_DISK("HDFS, by a copy on disk"),
    REMOTE_MEMORY("HDFS, by memory");

    private final String title;

    Way(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }

    boolean isRemote() {
      return this == REMOTE_DISK || this == REMOTE_MEMORY;
    }
  }

  /**
   * @param megabytes of the model
   * @param millis until it can be run
   * @param peakMegabytes what a new process had at the most beyond what it had before
   */
  record Load(int megabytes, Way way, Spread millis, double peakMegabytes) {}

  /**
   * @param from where
   * @param ofCopy the rate of a fetch to the cache, which hashes, over that of a plain copy that is
   *     on the disk to stay (fsync), as what is fetched is
   * @param ofCopyToMemory over that of one that may still be in the page cache alone
   */
  record Fetch(
      int megabytes,
      String from,
      Spread megabytesPerSecond,
      Spread ofCopy,
      Spread ofCopyToMemory) {}

  static Loads measure(Path folder, List<Integer> sizes) throws IOException, InterruptedException {
    LargeModel.write(folder.resolve(SMALL), 0);
    try (HdfsCluster hdfs = HdfsCluster.start(HdfsCluster.jars(), folder.resolve("hdfs"));
        ChildProcess worker = worker(folder)) {
      List<Load> loads = new ArrayList<>();
      List<Fetch> fetches = new ArrayList<>();
      for (int megabytes : sizes) {
        Path local = LargeModel.write(folder.resolve("large").resolve("" + megabytes), megabytes);
        URI remote = hdfs.uri().resolve("/models/" + megabytes);
        upload(local, remote);
        for (var way : millis(worker, local.toUri(), remote).entrySet()) {
          URI model = way.getKey().isRemote() ? remote : local.toUri();
          double peak = peakMegabytes(folder, way.getKey(), model);
          loads.add(new Load(megabytes, way.getKey(), Spread.of(way.getValue()), peak));
        }
        fetches.add(fetch(worker, megabytes, "a local folder", local.toUri()));
        fetches.add(fetch(worker, megabytes, "HDFS", remote));
      }
      return new Loads(loads, fetches);
    }
  }

  private static void upload(Path local, URI remote) throws IOException {
    try (Stream<Path> files = Files.walk(local).filter(Files::isRegularFile)) {
      for (Path file : files.toList()) {
        var target = new org.apache.flink.core.fs.Path(remote + "/" + local.relativize(file));
        try (OutputStream out = target.getFileSystem().create(target, WriteMode.OVERWRITE)) {
          Files.copy(file, out);
        }
      }
    }
  }

  private static ChildProcess worker(Path folder) throws IOException {
    List<String> arguments = LoadWorker.arguments(folder.resolve("copies"), folder.resolve(SMALL));
    return ChildProcess.start("loads", folder.resolve("loads.log"), arguments);
  }

  private static Map<Way, List<Double>> millis(ChildProcess worker, URI local, URI remote)
      throws IOException {
    Map<Way, List<Double>> millis = new EnumMap<>(Way.class);
    for (int round = -1; round < ROUNDS; round++) {
      for (Way way : Way.values()) {
        String[] answer = ask(worker, "load", way, way.isRemote() ? remote : local).split(" ", -1);
        // The first round warms up.
        if (round >= 0) {
          millis.computeIfAbsent(way, key -> new ArrayList<>()).add(number(answer[0]) / 1e6);
        }
      }
    }
    return millis;
  }

  private static double peakMegabytes(Path folder, Way way, URI model) throws IOException {
    try (ChildProcess worker = worker(folder)) {
      return number(ask(worker, "load", way, model).split(" ", -1)[1]) / 1e6;
    }
  }

  private static Fetch fetch(ChildProcess worker, int megabytes, String from, URI model)
      throws IOException {
    List<String> kinds = List.of("fetch", "copy", "copy-to-memory");
    double[][] rates = new double[kinds.size()][ROUNDS];
    for (int round = -FETCH_WARM_UPS; round < ROUNDS; round++) {
      for (int kind = 0; kind < kinds.size(); kind++) {
        double nanos = number(ask(worker, kinds.get(kind), Way.DISK, model));
        if (round >= 0) {
          rates[kind][round] = megabytes / (nanos / 1e9);
        }
      }
    }
    return new Fetch(
        megabytes,
        from,
        Spread.of(rates[0]),
        Spread.ofRatios(rates[0], rates[1]),
        Spread.ofRatios(rates[0], rates[2]));
  }

  private static String ask(ChildProcess worker, String what, Way way, URI model)
      throws IOException {
    worker.tell(what + " " + way + " " + model);
    String line = worker.hear();
    while (!line.startsWith(ANSWER)) {
      line = worker.hear();
    }
    return line.substring(ANSWER.length());
  }

  private static double number(String text) {
    return Double.parseDouble(text);
  }
}
