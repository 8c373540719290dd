package io.millrace.flink;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version as its directory was listed: the files to fetch, and what they are held against.
 *
 * @param manifest null where the version has none
 * @param announced what the files must hash to, or null
 */
record Listing(
    ModelLocation location,
    ModelDirectory directory,
    List<ModelDirectory.File> files,
    @Nullable ManifestCheck manifest,
    @Nullable String announced) {

  /** Many stores keep times in seconds. */
  private static final Duration GRAIN = Duration.ofSeconds(1);

  Listing {
    files = List.copyOf(files);
  }

  /** What the files have to hash to; null where any content is accepted. */
  @Nullable String digest() {
    return manifest == null ? announced : manifest.manifest().version().digest();
  }

  long bytes() {
    return files.stream().mapToLong(ModelDirectory.File::size).sum();
  }

  /** The same for two listings of the same names, sizes and times. */
  String fingerprint() {
    MessageDigest sha256 = ModelDigest.sha256();
    for (ModelDirectory.File file : files) {
      String line = file.path() + "\n" + file.size() + " " + file.modified() + "\n";
      sha256.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  /**
   * Whether a file that is written after this time shows another time than those that are listed.
   *
   * @param millis by this machine's clock
   */
  boolean tellsChangesAfter(long millis) {
    long newest = files.stream().mapToLong(ModelDirectory.File::modified).max().orElse(0);
    return newest < millis - GRAIN.toMillis();
  }
}
