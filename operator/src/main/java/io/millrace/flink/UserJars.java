package io.millrace.flink;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * The jars that a job brings along, which must not hold TensorFlow: its native library registers
 * itself once per process, and the second job that brings a copy aborts the TaskManager.
 */
public final class UserJars {
  private static final List<String> FORBIDDEN = List.of("org/tensorflow/", "org/bytedeco/javacpp/");

  private UserJars() {}

  /**
   * Looks at the class loader of the job that is being built. {@link Inference} does so by itself;
   * a job that has much to do before asks first.
   *
   * @throws UnfitRuntimeException naming the jar
   */
  public static void refuseTensorFlow() {
    refuseTensorFlow(
        Thread.currentThread().getContextClassLoader(), ClassLoader.getSystemClassLoader());
  }

  /**
   * @param system the loader that the process started with: what it and its parents load, they load
   *     once
   */
  static void refuseTensorFlow(@Nullable ClassLoader job, ClassLoader system) {
    Set<ClassLoader> once = new HashSet<>();
    for (ClassLoader loader = system; loader != null; loader = loader.getParent()) {
      once.add(loader);
    }
    for (ClassLoader loader = job; loader != null; loader = loader.getParent()) {
      if (loader instanceof URLClassLoader urls && !once.contains(loader)) {
        for (Path path : files(urls.getURLs())) {
          forbiddenEntry(path).ifPresent(entry -> refuse(path, entry));
        }
      }
    }
  }

  private static List<Path> files(URL[] urls) {
    List<Path> files = new ArrayList<>();
    for (URL url : urls) {
      try {
        URI uri = url.toURI();
        if ("file".equals(uri.getScheme())) {
          files.add(Path.of(uri));
        }
      } catch (URISyntaxException | IllegalArgumentException e) {
        // No file: the class loader that verifies on the TaskManager is left to find it.
      }
    }
    return files;
  }

  private static Optional<String> forbiddenEntry(Path path) {
    if (Files.isDirectory(path)) {
      return FORBIDDEN.stream().filter(name -> Files.exists(path.resolve(name))).findFirst();
    }
    try (JarFile jar = new JarFile(path.toFile())) {
      return jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> FORBIDDEN.stream().anyMatch(name::startsWith))
          .findFirst();
    } catch (IOException e) {
      // Not a jar, or not there: Flink says so itself.
      return Optional.empty();
    }
  }

  private static void refuse(Path path, String entry) {
    throw new UnfitRuntimeException(
        "user jar "
            + path
            + " holds "
            + entry
            + ": the second job that brings its own TensorFlow aborts the TaskManager; build the jar"
            + " with TensorFlow and JavaCPP in scope provided, and put them into the cluster's lib/: "
            + RuntimeJars.MEND);
  }
}
