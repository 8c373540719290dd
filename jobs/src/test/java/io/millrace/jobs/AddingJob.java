package io.millrace.jobs;

import io.millrace.flink.RuntimeJars;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Somebody else's job, which adds two numbers with TensorFlow's usual API and brings all of
 * TensorFlow along in its jar, the native library included.
 */
final class AddingJob {
  static final String MAIN_CLASS = "AddingMain";

  private static final String SOURCE =
      """
      import java.util.Map;
      import org.apache.flink.configuration.Configuration;
      import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
      import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
      import org.tensorflow.Graph;
      import org.tensorflow.Result;
      import org.tensorflow.Session;
      import org.tensorflow.TensorFlow;
      import org.tensorflow.op.Ops;
      import org.tensorflow.types.TInt32;

      public class AddingMain {
        public static class Add implements org.apache.flink.api.common.functions.MapFunction<Long, Long> {
          @Override
          public Long map(Long value) {
            try (Graph graph = new Graph();
                Session session = new Session(graph)) {
              Ops tf = Ops.create(graph);
              try (Result sums =
                  session
                      .runner()
                      .fetch(tf.math.add(tf.constant(40), tf.constant(value.intValue())))
                      .run()) {
                int sum = ((TInt32) sums.get(0)).getInt();
                if (sum != 40 + value) {
                  throw new IllegalStateException(
                      "TensorFlow " + TensorFlow.version() + ": 40 + " + value + " = " + sum);
                }
                return (long) sum;
              }
            }
          }
        }

        public static void main(String[] args) throws Exception {
          Configuration once = Configuration.fromMap(Map.of("restart-strategy.type", "none"));
          StreamExecutionEnvironment env =
              StreamExecutionEnvironment.getExecutionEnvironment(once);
          env.fromSequence(1, 10).map(new Add()).sinkTo(new DiscardingSink<>());
          env.execute("add");
        }
      }
      """;

  private AddingJob() {}

  /**
   * @param folder for the source, the classes and the jar
   * @param lib the jars of Flink and TensorFlow
   */
  static Path jar(Path folder, Path lib) throws IOException {
    Path classes = CompiledJob.classes(folder, lib, MAIN_CLASS, SOURCE);
    List<Path> bundled = tensorFlow(lib);
    // The largest has the native library, which is not packed a second time.
    Path largest = bundled.get(0);
    for (Path jar : bundled) {
      largest = Files.size(jar) > Files.size(largest) ? jar : largest;
    }
    Path fat = Files.copy(largest, folder.resolve("adding.jar"));
    try (FileSystem target = FileSystems.newFileSystem(fat)) {
      for (Path jar : bundled) {
        if (!jar.equals(largest)) {
          try (FileSystem source = FileSystems.newFileSystem(jar)) {
            copy(source.getPath("/"), target.getPath("/"));
          }
        }
      }
      copy(classes, target.getPath("/"));
    }
    return fat;
  }

  private static List<Path> tensorFlow(Path lib) throws IOException {
    try (Stream<Path> jars = Files.list(lib)) {
      return jars.filter(
              jar ->
                  RuntimeJars.REQUIRED.stream()
                      .anyMatch(it -> RuntimeJars.isJarOf(it, jar.getFileName().toString())))
          .toList();
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(source)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path copy = target.resolve(source.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      if (!Files.exists(copy)) {
        Files.copy(file, copy);
      }
    }
  }
}
