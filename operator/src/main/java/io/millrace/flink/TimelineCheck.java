package io.millrace.flink;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelStore;
import io.millrace.serving.ModelTimeline;
import io.millrace.serving.ModelTimeline.Period;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a timeline can still be replayed: each version that it names is fetched, and is what it
 * was. Done before any record is read, so that no replay stops half way for want of a version.
 *
 * <pre>{@code
 * List<String> findings = TimelineCheck.of(timeline, store);
 * }</pre>
 */
public final class TimelineCheck {
  private TimelineCheck() {}

  /** Looks into the files of a version while they are there. */
  @FunctionalInterface
  public interface Inspection {
    /**
     * @throws ModelException if the version cannot be used, as if it were gone
     */
    void inspect(ModelFiles files) throws ModelException;
  }

  /**
   * What was found.
   *
   * @param digests of the versions that are there, by their numbers
   * @param missing a line for each version that is gone or whose files are others
   * @param ineffective a line for each command that counts for nothing because of its bytes
   */
  public record Result(Map<Long, String> digests, List<String> missing, List<String> ineffective) {
    public Result {
      digests = Map.copyOf(digests);
      missing = List.copyOf(missing);
      ineffective = List.copyOf(ineffective);
    }
  }

  /**
   * Fetches every version that scores at some time; blocks meanwhile.
   *
   * @return a line for each version that is gone or whose files are others, and for each command
   *     that has no effect because of its bytes; empty if nothing is wrong
   */
  public static List<String> of(ModelTimeline timeline, ModelStore store)
      throws InterruptedException {
    Result result = run(timeline, store, files -> {});
    List<String> findings = new ArrayList<>(result.ineffective());
    findings.addAll(result.missing());
    return findings;
  }

  /**
   * As {@link #of}, with the bytes that were found.
   *
   * @param inspection of each version
   */
  public static Result run(ModelTimeline timeline, ModelStore store, Inspection inspection)
      throws InterruptedException {
    Map<Publish, Instant> since = new HashMap<>();
    for (Period period : timeline.periods()) {
      since.putIfAbsent(period.version(), period.from());
    }
    Map<Long, String> digests = new HashMap<>();
    List<String> missing = new ArrayList<>();
    for (Publish version : timeline.validFrom(Long.MIN_VALUE)) {
      try (ModelFiles files = store.fetch(version.uri(), version.digest())) {
        inspection.inspect(files);
        digests.put(version.version(), files.digest());
      } catch (ModelException e) {
        missing.add(
            "%s/%d from %s: %s %s"
                .formatted(
                    version.model(),
                    version.version(),
                    since.get(version),
                    e.reason(),
                    e.getMessage()));
      }
    }
    return new Result(digests, missing, ineffective(timeline));
  }

  private static List<String> ineffective(ModelTimeline timeline) {
    return timeline.conflicting().stream()
        .map(
            entry ->
                "%s/%d from %s: CONFLICT it was published before with other bytes, which count"
                    .formatted(entry.model(), entry.version(), entry.effectiveFrom()))
        .toList();
  }
}
