package io.millrace.jobs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A version's digest, computed apart from the code under test as the format describes it. */
final class Digest {
  private Digest() {}

  static String of(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(directory)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    StringBuilder lines = new StringBuilder();
    for (Path path : files.stream().map(directory::relativize).sorted().toList()) {
      byte[] content = Files.readAllBytes(directory.resolve(path));
      lines.append(sha256(content)).append(' ').append(content.length).append(' ').append(path);
      lines.append('\n');
    }
    return "sha256:" + sha256(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
