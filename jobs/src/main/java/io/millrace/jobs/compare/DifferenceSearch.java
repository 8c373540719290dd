package io.millrace.jobs.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the first records that one output has and the other has not. Holds those that are told and
 * no others, and of each output no more of them than have {@value #MAX_HELD_BYTES} bytes, but at
 * least one.
 */
final class DifferenceSearch {
  static final long MAX_HELD_BYTES = 16 << 20;

  private final LineDigests live;
  private final LineDigests replay;
  private final int limit;
  private final List<OutputRecord> missing = new ArrayList<>();
  private final Map<List<JsonNode>, Deque<OutputRecord>> unpaired = new HashMap<>();
  private final Map<OutputRecord, OutputRecord> replayed = new HashMap<>();
  private final List<OutputRecord> surplus = new ArrayList<>();
  private final Set<Long> held = new HashSet<>();
  private long heldBytes;
  private boolean holdsOne;

  DifferenceSearch(LineDigests live, LineDigests replay, int limit) {
    this.live = live;
    this.replay = replay;
    this.limit = limit;
  }

  List<String> differences(OutputLines liveLines, OutputLines replayLines) throws IOException {
    liveLines.read(
        (file, number, line) -> {
          long digest = live.digest(line);
          if (missing.size() < limit
              && live.count(digest) > replay.count(digest)
              && isHeld(digest, line)) {
            OutputRecord record = OutputRecord.of(file, number, line, digest);
            missing.add(record);
            unpaired.computeIfAbsent(record.input(), input -> new ArrayDeque<>()).add(record);
          }
        });
    heldBytes = 0;
    holdsOne = false;
    replayLines.read(
        (file, number, line) -> {
          long digest = replay.digest(line);
          if (!isFull() && replay.count(digest) > live.count(digest) && !held.contains(digest)) {
            pair(OutputRecord.of(file, number, line, digest), line);
          }
        });
    return told();
  }

  // A line that is held is not told again, however often it comes.
  private boolean isHeld(long digest, byte[] line) {
    boolean fits = !holdsOne || heldBytes + line.length <= MAX_HELD_BYTES;
    if (!fits || !held.add(digest)) {
      return false;
    }
    holdsOne = true;
    heldBytes += line.length;
    return true;
  }

  private boolean isFull() {
    return replayed.size() == missing.size() && missing.size() + surplus.size() >= limit;
  }

  // The same input, by its key and fields, that was answered otherwise.
  private void pair(OutputRecord record, byte[] line) {
    Deque<OutputRecord> candidates = unpaired.get(record.input());
    if (candidates != null && !candidates.isEmpty()) {
      if (isHeld(record.digest(), line)) {
        replayed.put(candidates.remove(), record);
      }
    } else if (surplus.size() < limit && isHeld(record.digest(), line)) {
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
    return List.copyOf(told.subList(0, Math.min(limit, told.size())));
  }

  private String times(OutputRecord record) {
    return "%d times live, %d times in the replay, key %s"
        .formatted(live.count(record.digest()), replay.count(record.digest()), record.key());
  }
}
