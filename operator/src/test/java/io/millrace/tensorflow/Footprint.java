package io.millrace.tensorflow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a model could have left behind: files in a folder or in the working directory, and sockets
 * of this process.
 */
record Footprint(Set<Path> files, Set<String> sockets) {

  static Footprint of(Path directory) throws IOException {
    Set<Path> files = new TreeSet<>();
    try (Stream<Path> inside = Files.walk(directory);
        Stream<Path> working = Files.list(Path.of("."))) {
      Stream.concat(inside, working).forEach(files::add);
    }
    return new Footprint(files, openSockets());
  }

  private static Set<String> openSockets() throws IOException {
    Set<String> sockets = new TreeSet<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        String target = target(descriptor);
        if (target.startsWith("socket:")) {
          sockets.add(target);
        }
      }
    }
    return sockets;
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException e) {
      return ""; // Closed since, as the listing's own.
    }
  }
}
