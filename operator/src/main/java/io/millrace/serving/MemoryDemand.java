package io.millrace.serving;

import io.millrace.model.ModelSize;

/**
 * The native memory that a model needs in one process. The figures are measured: {@code
 * NativeMemoryITCase} holds them against a real TensorFlow.
 *
 * @param versions of the model that are loaded at once: two while one takes over from another
 * @param holders who load the model each for itself: the slots of the process, or one
 * @param staged whether a version's files are in memory beside it while it is loaded
 */
public record MemoryDemand(ModelSize size, int versions, int holders, boolean staged) {
  private static final long MEBIBYTE = 1 << 20;

  /** TensorFlow's own library and threads, and room for the batches of small models. */
  public static final long TENSORFLOW_BYTES = 320 * MEBIBYTE;

  /**
   * A graph is in memory as it was read, as the session's copy and as optimised, its constants each
   * time.
   */
  private static final long COPIES_OF_GRAPH = 6;

  /**
   * Beside the variables an eighth of them, for what their kernels pack and the allocator rounds.
   */
  private static final long SHARE_OF_WORKSPACE = 8;

  /**
   * @throws IllegalArgumentException unless there is a version and a holder
   */
  public MemoryDemand {
    if (versions < 1 || holders < 1) {
      throw new IllegalArgumentException(
          versions + " versions in " + holders + " holders: expected one or more");
    }
  }

  /** That of versions whose files are on disk. */
  public MemoryDemand(ModelSize size, int versions, int holders) {
    this(size, versions, holders, false);
  }

  /** What one version takes in one holder. */
  public long bytesPerCopy() {
    long other = saturated(1, size.otherBytes(), size.otherBytes() / SHARE_OF_WORKSPACE);
    return saturated(COPIES_OF_GRAPH, size.graphBytes(), other);
  }

  /** What the process needs; {@link Long#MAX_VALUE} where that is no number of bytes. */
  public long bytes() {
    long others = saturated(staged ? holders : 0, fileBytes(), TENSORFLOW_BYTES);
    return saturated((long) versions * holders, bytesPerCopy(), others);
  }

  /** A holder loads one version at a time. */
  private long fileBytes() {
    return saturated(1, size.graphBytes(), size.otherBytes());
  }

  /** {@code 2 versions x 4 slots x 51m and 320m for TensorFlow itself}. */
  public String terms() {
    return count(versions, "version")
        + " x "
        + (holders == 1 ? "1 load" : holders + " slots")
        + " x "
        + mebibytes(bytesPerCopy())
        + (staged ? ", " + holders + " x " + mebibytes(fileBytes()) + " of files in memory" : "")
        + " and "
        + mebibytes(TENSORFLOW_BYTES)
        + " for TensorFlow itself";
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** A size as Flink's configuration takes it, rounded up: {@code 51m}. */
  public static String mebibytes(long bytes) {
    return bytes / MEBIBYTE + (bytes % MEBIBYTE == 0 ? 0 : 1) + "m";
  }

  private static long saturated(long factor, long bytes, long more) {
    try {
      return Math.addExact(Math.multiplyExact(factor, bytes), more);
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
