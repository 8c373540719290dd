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

  /**
   * Fetches every version that scores at some time; blocks meanwhile.
   *
   * @return a line for each version that is gone or whose files are others, and for each command
   *     that has no effect because of its bytes; empty if nothing is wrong
   */
  public static List<String> of(ModelTimeline timeline, ModelStore store)
      throws InterruptedException {
    List<String> findings = new ArrayList<>();
    for (Publish entry : timeline.conflicting()) {
      findings.add(
          "%s/%d from %s: CONFLICT it was published before with other bytes, which count"
              .formatted(entry.model(), entry.version(), entry.effectiveFrom()));
    }
    Map<Publish, Instant> since = new HashMap<>();
    for (Period period : timeline.periods()) {
      since.putIfAbsent(period.version(), period.from());
    }
    for (Publish version : timeline.validFrom(Long.MIN_VALUE)) {
      try (ModelFiles files = store.fetch(version.uri(), version.digest())) {
        // Fetched and hashed: that is all.
      } catch (ModelException e) {
        findings.add(
            "%s/%d from %s: %s %s"
                .formatted(
                    version.model(),
                    version.version(),
                    since.get(version),
                    e.reason(),
                    e.getMessage()));
      }
    }
    return findings;
  }
}
