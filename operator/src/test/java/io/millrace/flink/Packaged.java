package io.millrace.flink;

import io.millrace.model.Manifest;
import io.millrace.model.ModelVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Manifests of any files, whether they are a model or not, computed apart from the code. */
final class Packaged {
  private Packaged() {}

  /** Writes the manifest of a folder; model and version are its last two segments. */
  static Manifest write(Path version) throws Exception {
    Manifest manifest = manifest(version);
    ModelPackage.at(version.toUri()).write(manifest);
    return manifest;
  }

  static Manifest manifest(Path version) throws Exception {
    List<Manifest.File> files = list(version);
    StringBuilder lines = new StringBuilder();
    for (Manifest.File file : files) {
      lines.append(file.sha256() + " " + file.size() + " " + file.path() + "\n");
    }
    return new Manifest(
        new ModelVersion(
            version.getParent().getFileName().toString(),
            Long.parseLong(version.getFileName().toString()),
            "sha256:" + sha256(lines.toString())),
        files,
        "",
        List.of());
  }

  /** What lies in a folder. */
  static List<Manifest.File> list(Path version) throws Exception {
    List<Manifest.File> files = new ArrayList<>();
    for (Path path : files(version)) {
      byte[] content = Files.readAllBytes(path);
      files.add(
          new Manifest.File(version.relativize(path).toString(), content.length, sha256(content)));
    }
    return files;
  }

  /** The files of a folder, sorted by path. */
  static List<Path> files(Path version) throws IOException {
    try (Stream<Path> paths = Files.walk(version)) {
      return paths.filter(Files::isRegularFile).sorted().toList();
    }
  }

  static String sha256(String content) throws Exception {
    return sha256(content.getBytes(StandardCharsets.UTF_8));
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }
}
