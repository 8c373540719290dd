package io.millrace.model;

import io.millrace.tensor.Signature;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What belongs to a version, file by file. It lies beside the files as {@value #FILE_NAME} and is
 * written last: where it is, the version is whole.
 *
 * <pre>{@code
 * Manifest manifest = new Manifest(version, files, "2.15.0", signatures);
 * manifest.files().forEach(file -> System.out.println(file.path() + " " + file.sha256()));
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param version model, version, and the digest over the files
 * @param files every file that is none of the packaging, sorted by path; at least one
 * @param tensorFlowVersion the version that wrote the model, empty where it did not say
 * @param signatures those that can be called, sorted by key
 */
public record Manifest(
    ModelVersion version, List<File> files, String tensorFlowVersion, List<Signature> signatures) {

  /** The manifest's own name in the version's directory. */
  public static final String FILE_NAME = "manifest.json";

  /** The name of its signature. */
  public static final String SIGNATURE_FILE_NAME = "model.sig";

  /** What a manifest is called until it is whole; nobody's file where the writer was cut off. */
  public static final String PART_FILE_NAME = FILE_NAME + ".part";

  private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._-]{1,200}");
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws IllegalArgumentException saying what is wrong, and with which file
   */
  public Manifest {
    require(MODEL, "model", version.model(), "1 to 200 letters, digits, '.', '_' or '-'");
    require(DIGEST, "digest", version.digest(), "sha256: and 64 hexadecimal digits");
    Objects.requireNonNull(tensorFlowVersion, "tensorFlowVersion");
    files = files.stream().sorted(Comparator.comparing(File::path)).toList();
    signatures = signatures.stream().sorted(Comparator.comparing(Signature::name)).toList();
    if (files.isEmpty()) {
      throw new IllegalArgumentException("no files: expected those of a version");
    }
    Set<String> paths = new HashSet<>();
    for (File file : files) {
      if (!paths.add(file.path())) {
        throw new IllegalArgumentException("path '" + file.path() + "' is listed twice");
      }
    }
  }

  /** The size of all files. */
  public long bytes() {
    return files.stream().mapToLong(File::size).sum();
  }

  /**
   * One file.
   *
   * @param path relative to the version's directory, with '/'
   * @param sha256 of its content, 64 hexadecimal digits
   */
  public record File(String path, long size, String sha256) {
    public File {
      checkPath(path);
      if (size < 0) {
        throw new IllegalArgumentException("size " + size + " of '" + path + "': expected >= 0");
      }
      require(SHA256, "sha256 of '" + path + "'", sha256, "64 hexadecimal digits");
    }
  }

  /** Whether it is a part of the packaging, which no manifest lists. */
  public static boolean isPackaging(String path) {
    return path.equals(FILE_NAME)
        || path.equals(SIGNATURE_FILE_NAME)
        || path.equals(PART_FILE_NAME);
  }

  // A manifest comes from outside, so a path must not lead out of the directory, whoever uses it.
  private static void checkPath(String path) {
    if (path.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("path with control characters: expected printable ones");
    }
    boolean relative =
        path.indexOf('\\') < 0
            && List.of(path.split("/", -1)).stream()
                .noneMatch(name -> name.isEmpty() || name.equals(".") || name.equals(".."));
    if (!relative) {
      throw new IllegalArgumentException(
          "path '" + path + "': expected one within the version's directory, such as variables/x");
    }
    if (isPackaging(path)) {
      throw new IllegalArgumentException("path '" + path + "': expected none of the packaging");
    }
  }

  private static void require(Pattern pattern, String what, String value, String expected) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException(what + " '" + value + "': expected " + expected);
    }
  }
}
