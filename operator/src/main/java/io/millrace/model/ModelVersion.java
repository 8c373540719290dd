package io.millrace.model;

import java.io.Serializable;
import java.util.Objects;

/**
 * A version of a model as it was loaded: the lineage that every prediction carries.
 *
 * @param model the model's name
 * @param version an integer of at least 0
 * @param digest {@code sha256:<64 hex digits>} over the files that were loaded
 */
public record ModelVersion(String model, long version, String digest) implements Serializable {

  public ModelVersion {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(digest, "digest");
    if (version < 0) {
      throw new IllegalArgumentException(
          "version " + version + " of '" + model + "': expected >= 0");
    }
  }

  /** {@code fraud/7}. */
  @Override
  public String toString() {
    return model + "/" + version;
  }
}
