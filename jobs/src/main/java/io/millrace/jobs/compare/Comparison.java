package io.millrace.jobs.compare;

import java.io.IOException;
import java.util.List;

/**
 * Whether two outputs have the same records, each as often, to the bit; in whatever order and files
 * they lie.
 *
 * <pre>{@code
 * Comparison found = Comparison.of(OutputLines.at(live), OutputLines.at(replay), 10);
 * assert found.equal();
 * }</pre>
 *
 * @param equal whether there is no difference
 * @param live how many records the one has
 * @param replay how many the other has
 * @param onlyLive how many of them the replay does not have
 * @param onlyReplay how many of the replay's the live output does not have
 * @param differences the first of them, a line each
 */
public record Comparison(
    boolean equal,
    long live,
    long replay,
    long onlyLive,
    long onlyReplay,
    List<String> differences) {

  public Comparison {
    differences = List.copyOf(differences);
  }

  /**
   * Reads both outputs, and each once more where they differ. Takes eight bytes of memory a record,
   * and the records that are told: of each output, no more of them than have 16 MiB.
   *
   * @param limit how many differences are told at the most
   * @throws IOException if one cannot be read or is not of JSON lines
   */
  public static Comparison of(OutputLines live, OutputLines replay, int limit) throws IOException {
    LineDigests left = digests(live);
    LineDigests right = digests(replay);
    if (left.isSame(right)) {
      return new Comparison(true, left.size(), right.size(), 0, 0, List.of());
    }
    return new Comparison(
        false,
        left.size(),
        right.size(),
        left.surplusOver(right),
        right.surplusOver(left),
        new DifferenceSearch(left, right, limit).differences(live, replay));
  }

  private static LineDigests digests(OutputLines lines) throws IOException {
    LineDigests digests = new LineDigests();
    lines.read((file, number, line) -> digests.add(line));
    return digests;
  }
}
