package io.millrace.model;

import java.util.Set;

/**
 * How large those of a version's files are that TensorFlow reads.
 *
 * @param graphBytes of the graph with the constants in it, {@code saved_model.pb}
 * @param otherBytes of all other files: variables, assets
 */
public record ModelSize(long graphBytes, long otherBytes) {
  public static final ModelSize NONE = new ModelSize(0, 0);

  private static final Set<String> GRAPHS = Set.of("saved_model.pb", "saved_model.pbtxt");

  /** For people and publishers; in no model that is loaded. */
  private static final String UNREAD_FOLDER = "assets.extra/";

  /**
   * @throws IllegalArgumentException for a size below 0
   */
  public ModelSize {
    if (graphBytes < 0 || otherBytes < 0) {
      throw new IllegalArgumentException(
          "model of " + graphBytes + " + " + otherBytes + " bytes: expected sizes >= 0");
    }
  }

  /**
   * This size and one more file, if TensorFlow reads it.
   *
   * @param path relative to the version's directory
   */
  public ModelSize plus(String path, long bytes) {
    if (Manifest.isPackaging(path) || path.startsWith(UNREAD_FOLDER)) {
      return this;
    }
    return GRAPHS.contains(path)
        ? new ModelSize(graphBytes + bytes, otherBytes)
        : new ModelSize(graphBytes, otherBytes + bytes);
  }
}
