package io.millrace.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel counts as this process's memory: heap, TensorFlow and all else, once each. */
public final class ResidentMemory {
  /** On x86-64. */
  private static final long PAGE_BYTES = 4096;

  private ResidentMemory() {}

  /**
   * Resident bytes at this moment; see {@code man 5 proc}, statm.
   *
   * @throws IOException where there is no such file
   */
  public static long bytes() throws IOException {
    String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", 3);
    return Long.parseLong(pages[1]) * PAGE_BYTES;
  }
}
