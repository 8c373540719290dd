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

/** Jobs that are no part of this build: compiled from their source where a test needs one. */
final class CompiledJob {
  private CompiledJob() {}

  /**
   * The job jar of a class without a package.
   *
   * @param folder for the source, the classes and the jar
   * @param lib Flink's jars
   */
  static Path jar(Path folder, Path lib, String mainClass, String source) throws IOException {
    return archive(
        folder.resolve(mainClass + ".jar"), mainClass, classes(folder, lib, mainClass, source));
  }

  /**
   * Compiles a class without a package.
   *
   * @return the folder of it and its nested classes
   */
  static Path classes(Path folder, Path lib, String mainClass, String source) throws IOException {
    Path file = Files.createDirectories(folder).resolve(mainClass + ".java");
    Files.writeString(file, source);
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
                file.toString());
    if (failed != 0) {
      throw new IOException("javac failed with " + failed);
    }
    return classes;
  }

  // The compiler's own class path knows no wildcard here.
  private static String jars(Path lib) throws IOException {
    try (Stream<Path> files = Files.list(lib)) {
      return files.map(Path::toString).collect(Collectors.joining(":"));
    }
  }

  private static Path archive(Path jar, String mainClass, Path classes) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Main-Class", mainClass);
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
