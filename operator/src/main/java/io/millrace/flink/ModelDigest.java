package io.millrace.flink;

import io.millrace.model.Manifest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The digest of a version's files: SHA-256 over the lines {@code <sha256> <size> <path>\n}, sorted
 * by path (by code units, as String orders), over every file that is none of the packaging.
 */
final class ModelDigest {
  private final SortedMap<String, String> lines = new TreeMap<>();

  /** The digest of these files. */
  static String of(List<Manifest.File> files) {
    ModelDigest digest = new ModelDigest();
    for (Manifest.File file : files) {
      digest.add(file.path(), file.size(), file.sha256());
    }
    return digest.value();
  }

  /** A new SHA-256, for the content of one file. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * @param path relative to the version's directory, with '/'
   * @param sha256 of the file's content
   */
  void add(String path, long size, byte[] sha256) {
    add(path, size, HexFormat.of().formatHex(sha256));
  }

  /** As {@link #add(String, long, byte[])}, with the hash in hexadecimal digits. */
  void add(String path, long size, String sha256) {
    if (!Manifest.isPackaging(path)) {
      lines.put(path, sha256 + " " + size + " " + path + "\n");
    }
  }

  /** {@code sha256:<64 hexadecimal digits>}. */
  String value() {
    MessageDigest digest = sha256();
    for (String line : lines.values()) {
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }
}
