package io.millrace.tensor;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The dimensions of a tensor: a rank with dimensions of which any may be unknown (-1), or an
 * unknown rank. Immutable.
 */
public final class Shape implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A dimension whose size is not known. */
  public static final long UNKNOWN = -1;

  private static final Shape UNKNOWN_RANK = new Shape(null);
  private static final Shape SCALAR = new Shape(new long[0]);

  private final long @Nullable [] dimensions;

  private Shape(long @Nullable [] dimensions) {
    this.dimensions = dimensions;
  }

  /**
   * A shape of these dimensions.
   *
   * @throws IllegalArgumentException if a dimension is below -1
   */
  public static Shape of(long... dimensions) {
    for (long dimension : dimensions) {
      if (dimension < UNKNOWN) {
        throw new IllegalArgumentException(
            "dimension " + dimension + " in " + Arrays.toString(dimensions) + ": expected >= -1");
      }
    }
    return dimensions.length == 0 ? SCALAR : new Shape(dimensions.clone());
  }

  /** The shape of a single value. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** A shape of which nothing is known. */
  public static Shape unknownRank() {
    return UNKNOWN_RANK;
  }

  /** Whether the number of dimensions is known. */
  public boolean hasRank() {
    return dimensions != null;
  }

  /**
   * The number of dimensions.
   *
   * @throws IllegalStateException if the rank is unknown
   */
  public int rank() {
    return known().length;
  }

  /** The size of dimension {@code index}, -1 where it is unknown. */
  public long dimension(int index) {
    return known()[index];
  }

  /** The dimensions, a copy. */
  public long[] dimensions() {
    return known().clone();
  }

  /** Whether rank and every dimension are known. */
  public boolean isFullyKnown() {
    if (dimensions == null) {
      return false;
    }
    for (long dimension : dimensions) {
      if (dimension == UNKNOWN) {
        return false;
      }
    }
    return true;
  }

  /**
   * The number of elements, 1 for a scalar.
   *
   * @throws IllegalStateException if the shape is not fully known
   * @throws ArithmeticException if it does not fit a long
   */
  public long elements() {
    if (!isFullyKnown()) {
      throw new IllegalStateException("shape " + this + " has unknown dimensions");
    }
    long elements = 1;
    for (long dimension : known()) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return elements;
  }

  /** Whether this is a known rank of at least one with an unknown first dimension. */
  public boolean hasUnknownFirst() {
    return dimensions != null && dimensions.length > 0 && dimensions[0] == UNKNOWN;
  }

  /**
   * This shape without its first dimension: the shape of one row.
   *
   * @throws IllegalStateException for a scalar or an unknown rank
   */
  public Shape withoutFirst() {
    if (known().length == 0) {
      throw new IllegalStateException("a scalar has no first dimension");
    }
    return new Shape(Arrays.copyOfRange(known(), 1, known().length));
  }

  /** This shape behind a first dimension of {@code first}. */
  public Shape withFirst(long first) {
    long[] dims = new long[known().length + 1];
    dims[0] = first;
    System.arraycopy(known(), 0, dims, 1, known().length);
    return of(dims);
  }

  /**
   * Whether a tensor of {@code other} fits this shape: same rank, and each known dimension equal.
   */
  public boolean admits(Shape other) {
    if (dimensions == null) {
      return true;
    }
    if (other.dimensions == null || other.dimensions.length != dimensions.length) {
      return false;
    }
    for (int i = 0; i < dimensions.length; i++) {
      if (dimensions[i] != UNKNOWN && dimensions[i] != other.dimensions[i]) {
        return false;
      }
    }
    return true;
  }

  private long[] known() {
    if (dimensions == null) {
      throw new IllegalStateException("the rank is unknown");
    }
    return dimensions;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Shape shape && Arrays.equals(dimensions, shape.dimensions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dimensions);
  }

  /** {@code [-1, 784]}, {@code []} for a scalar, {@code ?} for an unknown rank. */
  @Override
  public String toString() {
    return dimensions == null ? "?" : Arrays.toString(dimensions);
  }
}
