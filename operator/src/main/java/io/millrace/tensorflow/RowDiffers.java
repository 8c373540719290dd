package io.millrace.tensorflow;

/**
 * Leaves a feature writer whose row cannot join the rows at hand. Never seen outside the batch,
 * which asks the inputs rather than the exception: the writer may have wrapped it.
 */
final class RowDiffers extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final RowDiffers SIGNAL = new RowDiffers();

  private RowDiffers() {
    super("the row's shape differs from that of the rows at hand", null, false, false);
  }
}
