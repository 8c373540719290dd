package io.millrace.jobs.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
   * Reads both outputs, and each once more where they differ. Takes eight bytes of memory a record.
   *
   * @param limit how many differences are told
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
        new Search(left, right, limit).differences(live, replay));
  }

  private static LineDigests digests(OutputLines lines) throws IOException {
    LineDigests digests = new LineDigests();
    lines.read((file, number, line) -> digests.add(line));
    return digests;
  }

  /** Finds the first records that one output has and the other has not. */
  private static final class Search {
    private final LineDigests live;
    private final LineDigests replay;
    private final int limit;
    private final List<OutputRecord> missing = new ArrayList<>();
    private final Map<OutputRecord, OutputRecord> replayed = new HashMap<>();
    private final List<OutputRecord> surplus = new ArrayList<>();

    Search(LineDigests live, LineDigests replay, int limit) {
      this.live = live;
      this.replay = replay;
      this.limit = limit;
    }

    List<String> differences(OutputLines liveLines, OutputLines replayLines) throws IOException {
      Set<String> seen = new HashSet<>();
      liveLines.read(
          (file, number, line) -> {
            if (missing.size() < limit && live.count(line) > replay.count(line)) {
              OutputRecord record = OutputRecord.of(file, number, line);
              if (seen.add(record.text())) {
                missing.add(record);
              }
            }
          });
      replayLines.read(
          (file, number, line) -> {
            if (!isFull() && replay.count(line) > live.count(line)) {
              OutputRecord record = OutputRecord.of(file, number, line);
              if (seen.add(record.text())) {
                pair(record);
              }
            }
          });
      return told();
    }

    private boolean isFull() {
      return replayed.size() == missing.size() && missing.size() + surplus.size() >= limit;
    }

    // The same input, by its key and fields, that was answered otherwise.
    private void pair(OutputRecord record) {
      for (OutputRecord candidate : missing) {
        if (!replayed.containsKey(candidate) && candidate.isOfSameInput(record)) {
          replayed.put(candidate, record);
          return;
        }
      }
      if (surplus.size() < limit) {
        surplus.add(record);
      }
    }

    private List<String> told() {
      List<String> told = new ArrayList<>();
      for (OutputRecord record : missing) {
        OutputRecord other = replayed.get(record);
        told.add(
            other == null
                ? "live %s: %s".formatted(record.place(), times(record))
                : "live %s and replay %s differ: %s"
                    .formatted(record.place(), other.place(), record.differencesTo(other)));
      }
      for (OutputRecord record : surplus) {
        told.add("replay %s: %s".formatted(record.place(), times(record)));
      }
      return Collections.unmodifiableList(told.subList(0, Math.min(limit, told.size())));
    }

    private String times(OutputRecord record) {
      return "%d times live, %d times in the replay, key %s"
          .formatted(live.count(record.line()), replay.count(record.line()), record.key());
    }
  }
}
