package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.FlinkUserCodeClassLoaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserJarsTest {
  @TempDir private Path folder;

  private Path jar(String name, String... entries) throws IOException {
    Path jar = folder.resolve(name);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.closeEntry();
      }
    }
    return jar;
  }

  private static URLClassLoader loader(ClassLoader parent, Path... paths) throws IOException {
    URL[] urls = new URL[paths.length];
    for (int i = 0; i < paths.length; i++) {
      urls[i] = paths[i].toUri().toURL();
    }
    return new URLClassLoader(urls, parent);
  }

  private static void check(ClassLoader job) {
    UserJars.refuseTensorFlow(job, ClassLoader.getSystemClassLoader());
  }

  @Test
  void refuse_jarWithTensorFlowOrJavaCpp_isNamedWithWhatToDo() throws IOException {
    Path clean = jar("job.jar", "com/example/Job.class");
    for (String entry : new String[] {"org/tensorflow/Graph.class", "org/bytedeco/javacpp/X"}) {
      Path fat = jar("fat.jar", "com/example/Job.class", entry);
      try (URLClassLoader job = loader(ClassLoader.getSystemClassLoader(), clean, fat)) {
        assertThatThrownBy(() -> check(job))
            .isInstanceOf(UnfitRuntimeException.class)
            .hasMessageContainingAll(
                fat.toString(), entry, "provided", "lib/", "bin/millrace runtime-jars");
      }
    }
  }

  @Test
  void refuse_flinksOwnUserClassLoader_isLookedInto() throws IOException {
    Path fat = jar("fat.jar", "org/tensorflow/Graph.class");
    try (URLClassLoader job =
        FlinkUserCodeClassLoaders.create(
            new URL[] {fat.toUri().toURL()},
            ClassLoader.getSystemClassLoader(),
            new Configuration())) {
      assertThatThrownBy(() -> check(job)).hasMessageContaining(fat.toString());
    }
  }

  @Test
  void refuse_folderOfClasses_isLookedInto() throws IOException {
    Files.createDirectories(folder.resolve("classes/org/tensorflow"));
    try (URLClassLoader job = loader(null, folder.resolve("classes"))) {
      assertThatThrownBy(() -> check(job)).hasMessageContaining("classes");
    }
  }

  @Test
  void refuse_parentOfTheUserClassLoader_isLookedInto() throws IOException {
    Path fat = jar("fat.jar", "org/tensorflow/Graph.class");
    try (URLClassLoader outer = loader(ClassLoader.getSystemClassLoader(), fat);
        URLClassLoader job = loader(outer)) {
      assertThatThrownBy(() -> check(job)).hasMessageContaining(fat.toString());
    }
  }

  @Test
  void refuse_theProcessesOwnLoader_mayHoldTensorFlow() throws IOException {
    Path lib = jar("tensorflow-core-api-1.1.0.jar", "org/tensorflow/Graph.class");
    try (URLClassLoader system = loader(null, lib);
        URLClassLoader job = loader(system, jar("job.jar", "com/example/Job.class"))) {
      assertThatCode(() -> UserJars.refuseTensorFlow(job, system)).doesNotThrowAnyException();
    }
  }

  @Test
  void refuse_whatIsNoJar_isLeftToFlink() throws IOException {
    Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
    try (URLClassLoader job = loader(null, text, folder.resolve("absent.jar"))) {
      assertThatCode(() -> check(job)).doesNotThrowAnyException();
    }
  }
}
