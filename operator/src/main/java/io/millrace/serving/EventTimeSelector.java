package io.millrace.serving;

import io.millrace.model.Command.Publish;
import io.millrace.serving.ModelTimeline.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which version scores a record of a time, and which versions are held for that, for one model on
 * one subtask. What scores follows from the timeline alone, so that the order of the records, their
 * split and the parallelism make no difference; but for what is behind the watermark for longer
 * than versions are retained, and for a version that cannot be loaded, whose records nothing
 * scores.
 *
 * <pre>{@code
 * EventTimeSelector selector = EventTimeSelector.retaining(2, Duration.ofHours(1));
 * selector.follow(timeline);
 * Answer answer = selector.at(timestamp);
 * }</pre>
 *
 * <p>Holds no resources; not thread-safe.
 */
public final class EventTimeSelector {
  private static final List<Map.Entry<String, Long>> UNITS =
      List.of(
          Map.entry("d", 86_400_000L),
          Map.entry("h", 3_600_000L),
          Map.entry("min", 60_000L),
          Map.entry("s", 1_000L));

  private final int maxHeld;
  private final @Nullable Duration retention;
  private final Map<Long, String> failures = new HashMap<>();

  /** What is held, and what is being loaded; whatever was asked for longest ago is the first. */
  private final Map<Long, Publish> held = new LinkedHashMap<>(16, 0.75f, true);

  private @Nullable ModelTimeline timeline;

  /** What records of this time or later ones ask for is retained. */
  private long floor = Long.MIN_VALUE;

  private Map<Long, Publish> retained = Map.of();
  private Span atFloor = new Span(0, 0, null);

  /** How far the stream is; the least value where nothing is known about it. */
  private long position = Long.MIN_VALUE;

  /**
   * What is to score the records of a span of time.
   *
   * @param version what is valid then, null before the first version
   * @param refusal why none of its records can be scored, null where they can
   */
  public record Answer(Span span, @Nullable Publish version, @Nullable String refusal) {}

  private EventTimeSelector(int maxHeld, @Nullable Duration retention) {
    if (maxHeld < 1) {
      throw new IllegalArgumentException(maxHeld + " versions: expected at least 1");
    }
    this.maxHeld = maxHeld;
    this.retention = retention;
  }

  /**
   * For a stream with watermarks.
   *
   * @param maxHeld so many versions are loaded at a time, at the most
   * @param retention how long behind the watermark a version is still to be had
   */
  public static EventTimeSelector retaining(int maxHeld, Duration retention) {
    return new EventTimeSelector(maxHeld, retention);
  }

  /**
   * For a history, which may come in any order: any version may be asked for up to the end.
   *
   * @param maxHeld so many versions are loaded at a time, at the most
   */
  public static EventTimeSelector ofHistory(int maxHeld) {
    return new EventTimeSelector(maxHeld, null);
  }

  /** The timeline is this one from here on. */
  public void follow(ModelTimeline followed) {
    timeline = followed;
    lookFromFloor();
  }

  private void lookFromFloor() {
    Map<Long, Publish> wanted = new HashMap<>();
    known().validFrom(floor).forEach(version -> wanted.put(version.version(), version));
    retained = wanted;
    atFloor = known().spanAt(floor);
  }

  private ModelTimeline known() {
    if (timeline == null) {
      throw new IllegalStateException("no timeline to follow");
    }
    return timeline;
  }

  /** What scores records of this time, and of all the span around it while nothing changes. */
  public Answer at(long timestampMillis) {
    Span span = known().spanAt(timestampMillis);
    Publish version = span.version();
    if (version == null) {
      return new Answer(span, null, beforeTheFirst(span));
    }
    if (!retained.containsKey(version.version())) {
      return new Answer(span, version, released(version, span));
    }
    String failure = failures.get(version.version());
    return new Answer(
        span,
        version,
        failure == null
            ? null
            : "%s cannot be loaded: %s".formatted(inItsTime(version, span), failure));
  }

  private String beforeTheFirst(Span span) {
    Publish first = span.to() == Long.MAX_VALUE ? null : known().at(span.to());
    return first == null
        ? "no version of '%s' has an effective-from yet".formatted(known().model())
        : "no version of '%s' is valid before %s, where %d begins"
            .formatted(known().model(), Instant.ofEpochMilli(span.to()), first.version());
  }

  private String released(Publish version, Span span) {
    return "%s is not retained any more: it ended at %s, and the watermark is %s or more past that"
        .formatted(inItsTime(version, span), Instant.ofEpochMilli(span.to()), retained());
  }

  // As it is configured, in the largest unit that it is whole in.
  private String retained() {
    long millis = retention == null ? 0 : retention.toMillis();
    for (Map.Entry<String, Long> unit : UNITS) {
      if (millis >= unit.getValue() && millis % unit.getValue() == 0) {
        return millis / unit.getValue() + " " + unit.getKey();
      }
    }
    return millis + " ms";
  }

  private static String inItsTime(Publish version, Span span) {
    return "%s/%d, valid from %s,"
        .formatted(version.model(), version.version(), Instant.ofEpochMilli(span.from()));
  }

  /**
   * The stream has come to this time.
   *
   * @return whether versions are not retained any more that were before
   */
  public boolean watermark(long timestampMillis) {
    position = Math.max(position, timestampMillis);
    if (retention == null) {
      return false;
    }
    long behind = timestampMillis - retention.toMillis();
    // Below the least long, nothing has ended.
    long newFloor = behind > timestampMillis ? Long.MIN_VALUE : behind;
    if (newFloor <= floor) {
      return false;
    }
    // A command that comes later may end a version before this.
    floor = newFloor;
    if (newFloor < atFloor.to()) {
      return false;
    }
    Set<Long> before = retained.keySet();
    lookFromFloor();
    return !retained.keySet().equals(before);
  }

  /** The stream is at least here: the versions from here on are those to get ready. */
  public void reached(long timestampMillis) {
    position = Math.max(position, timestampMillis);
  }

  /** The version at the place that the stream has come to, null where that is not known. */
  public @Nullable Publish present() {
    return position == Long.MIN_VALUE ? null : known().at(position);
  }

  /**
   * A version that records will ask for next, where there is room for it; null where none is to be
   * loaded before it is asked for. Of a history, none ever is: what comes next is not known.
   */
  public @Nullable Publish ahead() {
    if (retention == null || position == Long.MIN_VALUE || held.size() >= maxHeld) {
      return null;
    }
    for (Publish version : known().validFrom(position)) {
      if (!held.containsKey(version.version()) && !failures.containsKey(version.version())) {
        return version;
      }
    }
    return null;
  }

  /**
   * This version is about to be loaded and counts from here on.
   *
   * @return the versions to let go of first, so that no more are held than may be
   */
  public List<Long> admit(Publish version) {
    List<Long> surplus = new ArrayList<>();
    for (Long candidate : new ArrayList<>(held.keySet())) {
      if (held.size() < maxHeld) {
        break;
      }
      held.remove(candidate);
      surplus.add(candidate);
    }
    held.put(version.version(), version);
    return surplus;
  }

  /** Records of this version came: it is let go of behind those that were asked for before. */
  public void used(long version) {
    held.get(version);
  }

  /** Whether this version is held, or being loaded to be. */
  public boolean holds(long version) {
    return held.containsKey(version);
  }

  /** A version that was admitted is loaded: these are its bytes. */
  public void loaded(Publish version) {
    for (Map.Entry<Long, Publish> entry : held.entrySet()) {
      // Unlike a replacement, this does not count as asked for.
      if (entry.getKey() == version.version()) {
        entry.setValue(version);
      }
    }
  }

  /**
   * What is held and no record will ask for any more, as of the timeline and the watermark; it is
   * held no longer.
   */
  public List<Long> dropUnneeded() {
    List<Long> unneeded = new ArrayList<>();
    held.forEach(
        (number, version) -> {
          Publish wanted = retained.get(number);
          if (wanted == null || areOtherBytes(wanted, version)) {
            unneeded.add(number);
          }
        });
    unneeded.forEach(held::remove);
    return unneeded;
  }

  // A command that comes late and has a lower sequence than another decides what a version is.
  private static boolean areOtherBytes(Publish wanted, Publish version) {
    return wanted.digest() != null
        && version.digest() != null
        && !wanted.digest().equals(version.digest());
  }

  /**
   * A version that was admitted cannot be loaded; it is not tried again by itself, unless it was
   * published anew meanwhile.
   *
   * @param version as it was admitted
   * @param why one line
   */
  public void failed(Publish version, String why) {
    held.remove(version.version());
    if (version.equals(retained.get(version.version()))) {
      failures.put(version.version(), why);
    }
  }

  /** A version that failed was published anew, to be tried again. */
  public void forgetFailure(long version) {
    failures.remove(version);
  }
}
