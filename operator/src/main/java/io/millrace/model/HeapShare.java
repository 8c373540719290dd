package io.millrace.model;

import java.io.IOException;

/**
 * What may be made of one file that a version brings along beside its graph, in bytes of the heap:
 * counted before it is made, since running out of memory ends the whole process and no file has to
 * be large for it.
 *
 * <pre>{@code
 * HeapShare share = HeapShare.ofProcess();
 * share.take(bytes.length);
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class HeapShare {
  /** How many bytes of heap an object takes, or its entry in a map: about. */
  public static final int OBJECT_BYTES = 96;

  // The graph may have the rest: while it is on the heap, one file at a time is read beside it.
  private static final int HEAP_PER_BYTE = 4;

  private final long most;
  private long left;

  private HeapShare(long most) {
    this.most = most;
    this.left = most;
  }

  /** More was asked for than there is. */
  public static final class UsedUpException extends IOException {
    private static final long serialVersionUID = 1L;

    private UsedUpException(long asked, long most) {
      super(
          "it would take about "
              + asked
              + " bytes once it is read: expected at most "
              + most
              + ", a quarter of this process's heap");
    }
  }

  /** The share of this process's heap, as far as that may grow. */
  public static HeapShare ofProcess() {
    return of(Runtime.getRuntime().maxMemory());
  }

  /**
   * @param heap the bytes that it may grow to
   */
  public static HeapShare of(long heap) {
    return new HeapShare(heap / HEAP_PER_BYTE);
  }

  /**
   * Counts what is about to be made.
   *
   * @throws UsedUpException if that is more than there is left; then nothing should be made
   */
  public void take(long bytes) throws UsedUpException {
    if (bytes > left) {
      throw new UsedUpException(most - left + bytes, most);
    }
    left -= bytes;
  }

  /** Says that something which was counted is not needed any more. */
  public void giveBack(long bytes) {
    left += bytes;
  }

  /** What there is left. */
  public long left() {
    return left;
  }
}
