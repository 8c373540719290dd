package io.millrace.tensorflow;

/**
 * What nodes come to once TensorFlow has put the bodies of functions in the place of their calls.
 * Sums end at the largest long.
 *
 * @param nodes how many
 * @param constantBytes what their constants take: each node makes a tensor of its own
 */
record Expansion(long nodes, long constantBytes) {
  static final Expansion NONE = new Expansion(0, 0);

  Expansion plus(Expansion other) {
    return new Expansion(add(nodes, other.nodes), add(constantBytes, other.constantBytes));
  }

  /** The larger count of nodes, and the larger constants. */
  Expansion max(Expansion other) {
    return new Expansion(
        Math.max(nodes, other.nodes), Math.max(constantBytes, other.constantBytes));
  }

  static long multiply(long one, long other) {
    return Math.multiplyHigh(one, other) != 0 || one * other < 0 ? Long.MAX_VALUE : one * other;
  }

  private static long add(long one, long other) {
    return one + other < 0 ? Long.MAX_VALUE : one + other;
  }
}
