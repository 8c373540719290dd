package io.millrace.flink;

import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A version's directory held against the manifest in it. */
final class ManifestCheck {
  /** For 100,000 files; whatever is larger is none, and is not read. */
  private static final int MAX_BYTES = 1 << 24;

  private static final int SHOWN = 5;

  private final String version;
  private final Manifest manifest;
  private final Map<String, Manifest.File> listed = new HashMap<>();

  /** What is wrong with one file. */
  record Finding(ModelReason reason, String message) {}

  private ManifestCheck(String version, Manifest manifest) {
    this.version = version;
    this.manifest = manifest;
    manifest.files().forEach(file -> listed.put(file.path(), file));
  }

  /**
   * Reads the manifest.
   *
   * @param files what the directory holds
   * @return null if there is none among the files
   * @throws ModelException INCOMPLETE for one that cannot be read as such, DIGEST_MISMATCH for one
   *     whose digest is not that of the files in it
   */
  static @Nullable ManifestCheck of(
      ModelLocation location, ModelDirectory directory, List<ModelDirectory.File> files)
      throws ModelException, InterruptedException {
    for (ModelDirectory.File file : files) {
      if (file.path().equals(Manifest.FILE_NAME)) {
        try (InputStream in = directory.read(file)) {
          return of(location.toString(), in);
        } catch (IOException e) {
          throw ModelDirectory.failure(location, e);
        }
      }
    }
    return null;
  }

  /**
   * The same, of a manifest that is there.
   *
   * @param version whose manifest it is, as messages name it
   * @param content of the manifest, from its beginning
   */
  static ManifestCheck of(String version, InputStream content) throws ModelException, IOException {
    return new ManifestCheck(version, read(version + "/" + Manifest.FILE_NAME, content));
  }

  private static Manifest read(String file, InputStream content)
      throws ModelException, IOException {
    Manifest manifest;
    try {
      byte[] json = content.readNBytes(MAX_BYTES + 1);
      if (json.length > MAX_BYTES) {
        throw new IllegalArgumentException("more than " + MAX_BYTES + " bytes");
      }
      manifest = ManifestJson.read(json);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          ModelReason.INCOMPLETE,
          file
              + ": "
              + e.getMessage()
              + "; expected a manifest as 'millrace model package' writes it",
          e);
    }
    String digest = ModelDigest.of(manifest.files());
    if (!digest.equals(manifest.version().digest())) {
      throw new ModelException(
          ModelReason.DIGEST_MISMATCH,
          file
              + " says digest "
              + manifest.version().digest()
              + ": expected "
              + digest
              + " for the files that it lists");
    }
    return manifest;
  }

  Manifest manifest() {
    return manifest;
  }

  /**
   * @param announced what the files must hash to, or null
   * @throws ModelException DIGEST_MISMATCH
   */
  void requireDigest(@Nullable String announced) throws ModelException {
    String actual = manifest.version().digest();
    if (announced != null && !announced.equals(actual)) {
      throw new ModelException(
          ModelReason.DIGEST_MISMATCH,
          version
              + ": expected "
              + announced
              + " as announced, got "
              + actual
              + " in its "
              + Manifest.FILE_NAME);
    }
  }

  /**
   * @param files what the directory holds
   * @return those that the manifest lists, which are the ones to fetch
   * @throws ModelException INCOMPLETE, DIGEST_MISMATCH, UNLISTED_FILE; the message says all
   */
  List<ModelDirectory.File> requireListing(List<ModelDirectory.File> files) throws ModelException {
    refuse(inListing(files));
    return whole(files);
  }

  /**
   * @param path of a file that the manifest lists, read to its end
   * @throws ModelException DIGEST_MISMATCH
   */
  void requireContent(String path, long size, byte[] sha256) throws ModelException {
    refuse(inContent(path, size, sha256));
  }

  /**
   * What a listing shows to be wrong, files that are missing first; reads nothing.
   *
   * @param files what the directory holds
   */
  List<Finding> inListing(List<ModelDirectory.File> files) {
    List<Finding> findings = new ArrayList<>();
    Map<String, Manifest.File> missing = new TreeMap<>(listed);
    for (ModelDirectory.File file : files) {
      Manifest.File expected = missing.remove(file.path());
      if (expected != null) {
        findings.addAll(inSize(expected, file.size()));
      } else if (!Manifest.isPackaging(file.path())) {
        findings.add(
            new Finding(
                ModelReason.UNLISTED_FILE,
                "'" + file.path() + "' (" + file.size() + " bytes) is not listed"));
      }
    }
    for (Manifest.File file : missing.values()) {
      findings.add(
          new Finding(
              ModelReason.INCOMPLETE,
              "'" + file.path() + "' is missing: expected " + file.size() + " bytes"));
    }
    findings.sort(Comparator.comparing(Finding::reason));
    return findings;
  }

  /** The files that are listed with the size that they have: only their content may be wrong. */
  List<ModelDirectory.File> whole(List<ModelDirectory.File> files) {
    List<ModelDirectory.File> whole = new ArrayList<>();
    for (ModelDirectory.File file : files) {
      Manifest.File expected = listed.get(file.path());
      if (expected != null && expected.size() == file.size()) {
        whole.add(file);
      }
    }
    return whole;
  }

  private static List<Finding> inSize(Manifest.File expected, long size) {
    return size == expected.size()
        ? List.of()
        : List.of(
            new Finding(
                ModelReason.DIGEST_MISMATCH,
                "'" + expected.path() + "' has " + size + " bytes: expected " + expected.size()));
  }

  /**
   * What is wrong with a file that was read to its end.
   *
   * @param path of a file that the manifest lists
   */
  List<Finding> inContent(String path, long size, byte[] sha256) {
    Manifest.File expected = Objects.requireNonNull(listed.get(path), path);
    String actual = HexFormat.of().formatHex(sha256);
    if (size != expected.size() || actual.equals(expected.sha256())) {
      return inSize(expected, size);
    }
    return List.of(
        new Finding(
            ModelReason.DIGEST_MISMATCH,
            "'" + path + "' has SHA-256 " + actual + ": expected " + expected.sha256()));
  }

  private void refuse(List<Finding> findings) throws ModelException {
    if (findings.isEmpty()) {
      return;
    }
    String shown =
        findings.stream().limit(SHOWN).map(Finding::message).collect(Collectors.joining("; "));
    String more = findings.size() > SHOWN ? "; and " + (findings.size() - SHOWN) + " more" : "";
    throw new ModelException(
        findings.get(0).reason(),
        version + " is not as its " + Manifest.FILE_NAME + " says: " + shown + more);
  }
}
