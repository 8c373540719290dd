package io.millrace.flink;

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
}
