package io.millrace.benchmarks;

/** What a soak does again and again. */
interface SoakLoop extends AutoCloseable {
  /**
   * Does it once, and returns when all that it took is given back.
   *
   * @param step from 1 on
   * @throws Exception if it does not work; the soak is over then
   */
  void step(int step) throws Exception;
}
