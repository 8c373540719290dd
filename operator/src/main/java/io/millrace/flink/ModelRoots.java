package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.net.URI;
import java.util.List;

/** The locations below which models may lie. Does no I/O. */
final class ModelRoots {
  private final List<ModelLocation> roots;

  private ModelRoots(List<ModelLocation> roots) {
    this.roots = roots;
  }

  /**
   * @throws IllegalArgumentException if there is none, or one is not a location
   */
  static ModelRoots of(List<String> roots) {
    if (roots.isEmpty()) {
      throw new IllegalArgumentException(
          InferenceOptions.ROOTS.key() + ": empty; expected the locations below which models lie");
    }
    return new ModelRoots(roots.stream().map(ModelRoots::root).toList());
  }

  private static ModelLocation root(String text) {
    try {
      return ModelLocation.of(ModelLocation.parse(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(InferenceOptions.ROOTS.key() + ": " + e.getMessage(), e);
    }
  }

  /**
   * @throws ModelException OUTSIDE_ROOTS
   */
  ModelLocation check(URI uri) throws ModelException {
    ModelLocation location;
    try {
      location = ModelLocation.of(uri);
    } catch (IllegalArgumentException e) {
      throw new ModelException(ModelReason.OUTSIDE_ROOTS, String.valueOf(e.getMessage()), e);
    }
    if (roots.stream().noneMatch(location::isWithin)) {
      throw new ModelException(
          ModelReason.OUTSIDE_ROOTS,
          "location "
              + location
              + ": expected one below "
              + InferenceOptions.ROOTS.key()
              + " "
              + roots);
    }
    return location;
  }
}
