package io.millrace.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Secrets that occur nowhere by chance, and where they turn up. */
public final class PlantedSecrets {
  private final Random random;
  private final Map<String, String> secrets = new LinkedHashMap<>();

  public PlantedSecrets(long seed) {
    random = new Random(seed);
  }

  /**
   * A new secret of letters and digits.
   *
   * @param what it is, for messages
   */
  public String plant(String what) {
    String secret = "Zq" + Long.toString(random.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX);
    secrets.put(what, secret);
    return secret;
  }

  /** Which of them the text holds. */
  public List<String> in(String text) {
    List<String> found = new ArrayList<>();
    secrets.forEach(
        (what, secret) -> {
          if (text.contains(secret)) {
            found.add(what);
          }
        });
    return found;
  }

  /** Which of them the files hold, with each file's name. */
  public List<String> below(Path folder, String nameOfFile) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(file -> Files.isRegularFile(file))
          .filter(file -> file.getFileName().toString().matches(nameOfFile))
          .forEach(file -> in(read(file)).forEach(it -> found.add(it + " in " + file)));
    }
    return found;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
