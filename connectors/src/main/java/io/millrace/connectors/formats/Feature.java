package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.TensorSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A field of a record that is one element of a vector input.
 *
 * @param name the field's name
 * @param dtype what the field's value is checked against; it may be narrower than the input's
 * @param defaultValue a Number, Boolean or String that stands in where the field is absent or null;
 *     null if the field is required
 */
public record Feature(String name, ElementType dtype, @Nullable Serializable defaultValue)
    implements Serializable {

  public Feature {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(dtype, "dtype");
    ElementKind kind = ElementKind.of(dtype);
    if (kind == ElementKind.COMPLEX || kind == ElementKind.RAW_ONLY) {
      throw new IllegalArgumentException(
          "feature '" + name + "': a vector cannot be filled with " + dtype);
    }
    if (defaultValue != null && !fits(dtype, kind, defaultValue)) {
      throw new IllegalArgumentException(
          "feature '" + name + "': the default " + defaultValue + " is not a " + dtype);
    }
  }

  /** A field that every record has. */
  public static Feature required(String name, ElementType dtype) {
    return new Feature(name, dtype, null);
  }

  /**
   * Checks what is to fill an input.
   *
   * @throws IllegalArgumentException if there are no features for it, or two of one name
   */
  static void requireVector(String input, List<Feature> features) {
    if (features.isEmpty()) {
      throw new IllegalArgumentException("features of input '" + input + "': none given");
    }
    List<String> names = features.stream().map(Feature::name).toList();
    for (String name : names) {
      if (names.indexOf(name) != names.lastIndexOf(name)) {
        throw new IllegalArgumentException("feature '" + name + "' is listed twice");
      }
    }
  }

  /**
   * What keeps these from filling an input, as a record would be told; none if nothing does.
   *
   * @param input of one row
   */
  public static List<String> misfits(TensorSpec input, List<Feature> features) {
    List<String> misfits = new ArrayList<>();
    if (VectorShape.vector(input.shape(), features.size()) == null) {
      misfits.add(VectorShape.misfit(input, features.size()));
    }
    for (Feature feature : features) {
      String misfit = feature.misfit(input.type());
      if (misfit != null) {
        misfits.add(misfit);
      }
    }
    return misfits;
  }

  /** Why this cannot be an element of that type, null if it can. */
  @Nullable String misfit(ElementType to) {
    return ElementKind.of(to).takes(ElementKind.of(dtype))
        ? null
        : "field '" + name + "' of " + dtype + " cannot be an element of " + to;
  }

  private static boolean fits(ElementType dtype, ElementKind kind, Serializable value) {
    return switch (kind) {
      case REAL ->
          value instanceof Number number && ElementRange.holdsReal(dtype, number.doubleValue());
      case INTEGER ->
          (value instanceof Integer || value instanceof Long)
              && ElementRange.holdsInteger(dtype, ((Number) value).longValue());
      case BOOLEAN -> value instanceof Boolean;
      case BYTES -> value instanceof String;
      case COMPLEX, RAW_ONLY -> false;
    };
  }
}
