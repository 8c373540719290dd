package io.millrace.jobs;

import io.millrace.testing.processes.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;

/** The objects of a server, by Flink's S3 file system, which this JVM has until it is closed. */
final class S3Files implements AutoCloseable {

  S3Files(S3Server s3) throws IOException {
    FileSystem.initialize(
        Configuration.fromMap(settings(s3)),
        new DefaultPluginManager(
            new DirectoryBasedPluginFinder(ClusterBench.HOME.resolve("plugins")).findPlugins(),
            new String[] {"java.", "org.apache.flink.", "org.slf4j."}));
  }

  /** What Flink's configuration says about the server. */
  static Map<String, String> settings(S3Server s3) {
    return Map.of(
        "s3.endpoint", s3.endpoint().toString(),
        "s3.path.style.access", "true",
        "s3.access-key", s3.accessKey(),
        "s3.secret-key", s3.secretKey());
  }

  /** Copies all that is below a folder. */
  void put(java.nio.file.Path folder, String uri) throws IOException {
    try (Stream<java.nio.file.Path> files = Files.walk(folder)) {
      for (java.nio.file.Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = new Path(uri + "/" + folder.relativize(file));
        try (OutputStream out =
            target.getFileSystem().create(target, FileSystem.WriteMode.OVERWRITE)) {
          Files.copy(file, out);
        }
      }
    }
  }

  boolean exists(String uri) throws IOException {
    Path path = new Path(uri);
    return path.getFileSystem().exists(path);
  }

  /** SHA-256 of all files below a folder, there or on this machine, by their paths in it. */
  SortedMap<String, String> digests(String uri) throws Exception {
    SortedMap<String, String> digests = new TreeMap<>();
    addDigests(new Path(uri), "", digests);
    return digests;
  }

  private static void addDigests(Path folder, String prefix, Map<String, String> digests)
      throws Exception {
    FileSystem files = folder.getFileSystem();
    for (FileStatus status : files.listStatus(folder)) {
      String name = prefix + status.getPath().getName();
      if (status.isDir()) {
        addDigests(status.getPath(), name + "/", digests);
      } else {
        try (InputStream in = files.open(status.getPath())) {
          byte[] digest = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
          digests.put(name, HexFormat.of().formatHex(digest));
        }
      }
    }
  }

  @Override
  public void close() {
    FileSystem.initialize(new Configuration(), null);
  }
}
