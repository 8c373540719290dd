package io.millrace.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Somebody else's job, which ends the TaskManager's JVM as if nothing were wrong. */
final class HaltingJob {
  private static final String SOURCE =
      """
      import java.util.Map;
      import org.apache.flink.configuration.Configuration;
      import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
      import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

      public class HaltingMain {
        public static class Halt implements org.apache.flink.api.common.functions.MapFunction<Long, Long> {
          @Override
          public Long map(Long value) {
            Runtime.getRuntime().halt(0);
            return value;
          }
        }

        public static void main(String[] args) throws Exception {
          Configuration once = Configuration.fromMap(Map.of("restart-strategy.type", "none"));
          StreamExecutionEnvironment env =
              StreamExecutionEnvironment.getExecutionEnvironment(once);
          env.fromSequence(1, 10).map(new Halt()).sinkTo(new DiscardingSink<>());
          env.execute("halt");
        }
      }
      """;

  private HaltingJob() {}

  /**
   * @param folder for the source, the classes and the jar
   * @param lib Flink's jars
   */
  static Path jar(Path folder, Path lib) throws IOException {
    Path source = Files.createDirectories(folder).resolve("HaltingMain.java");
    Files.writeString(source, SOURCE);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                jars(lib),
                "-proc:none",
                "-d",
                classes.toString(),
                source.toString());
    if (failed != 0) {
      throw new IOException("javac failed with " + failed);
    }
    return archive(folder.resolve("halting.jar"), classes);
  }

  // The compiler's own class path knows no wildcard here.
  private static String jars(Path lib) throws IOException {
    try (Stream<Path> files = Files.list(lib)) {
      return files.map(Path::toString).collect(Collectors.joining(":"));
    }
  }

  private static Path archive(Path jar, Path classes) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Main-Class", "HaltingMain");
    List<Path> files;
    try (Stream<Path> walk = Files.list(classes)) {
      files = walk.toList();
    }
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (Path file : files) {
        out.putNextEntry(new JarEntry(file.getFileName().toString()));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    return jar;
  }
}
