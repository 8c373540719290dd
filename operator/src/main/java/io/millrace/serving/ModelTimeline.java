package io.millrace.serving;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which version of a model is valid at which event time: each from its {@code effective-from} to
 * that of the next. The same set of commands gives the same timeline, whatever order they come in
 * and however often.
 *
 * <pre>{@code
 * ModelTimeline timeline = ModelTimeline.of("fraud", published);
 * Publish version = timeline.at(record.timestamp()); // null before the first one
 * }</pre>
 *
 * <p>Of two commands for one time, the higher sequence decides. A rollback at a time is an earlier
 * version that is published anew for it; what was valid before that time stays. To retire a version
 * changes nothing: the past goes on to name it. Immutable and thread-safe.
 */
public final class ModelTimeline implements Serializable {
  private static final long serialVersionUID = 1L;

  /** So many commands fit a timeline: it is read whole, and held by every subtask. */
  public static final int MAX_ENTRIES = 10_000;

  private static final Comparator<Publish> BY_TIME =
      Comparator.comparing(ModelTimeline::from).thenComparing(Publish::sequence);

  private final String model;
  private final List<Publish> entries;
  private final List<Publish> conflicting;
  private final long[] starts;
  private final Publish[] versions;

  /**
   * A version in its time.
   *
   * @param version where it is to be had: its last known location, with its digest if any is known
   * @param from the first moment at which it is valid
   * @param until the first moment at which it is not any more, or null for the last version
   */
  public record Period(Publish version, Instant from, @Nullable Instant until) {}

  /**
   * All the time around a moment in which the same version is valid.
   *
   * @param from the first millisecond since 1970-01-01T00:00:00Z
   * @param to the first one behind it
   * @param version null before the first one
   */
  public record Span(long from, long to, @Nullable Publish version) {
    /** Whether a time is in it. */
    public boolean contains(long timestampMillis) {
      return timestampMillis >= from && timestampMillis < to;
    }
  }

  private ModelTimeline(String model, NavigableMap<Long, Publish> bySequence) {
    Map<Long, Publish> known = new HashMap<>();
    List<Publish> accepted = new ArrayList<>();
    List<Publish> refused = new ArrayList<>();
    for (Publish entry : bySequence.values()) {
      Publish before = known.getOrDefault(entry.version(), entry);
      if (hasSameBytes(before, entry)) {
        known.put(
            entry.version(), entry.digest() == null ? entry.withDigest(before.digest()) : entry);
        accepted.add(entry);
      } else {
        refused.add(entry);
      }
    }
    accepted.sort(BY_TIME);
    NavigableMap<Long, Publish> byStart = new TreeMap<>();
    accepted.forEach(
        entry -> byStart.put(firstMilli(from(entry)), known.getOrDefault(entry.version(), entry)));
    this.model = model;
    this.entries = bySequence.values().stream().sorted(BY_TIME).toList();
    this.conflicting = List.copyOf(refused);
    this.starts = byStart.keySet().stream().mapToLong(Long::longValue).toArray();
    this.versions = byStart.values().toArray(new Publish[0]);
  }

  /** A timeline without a version. */
  public static ModelTimeline empty(String model) {
    return new ModelTimeline(Objects.requireNonNull(model, "model"), new TreeMap<>());
  }

  /**
   * The timeline that these amount to.
   *
   * @throws ModelException as {@link #with}
   * @throws IllegalArgumentException as {@link #with}
   */
  public static ModelTimeline of(String model, Collection<Publish> entries) throws ModelException {
    return empty(model).withAll(entries);
  }

  /** Whether a command has a place in a timeline: a version that scores from a time on. */
  public static boolean isEntry(Command command) {
    return command instanceof Publish publish
        && publish.activate()
        && publish.effectiveFrom() != null;
  }

  /**
   * This timeline and one command more; this very timeline if it has it already.
   *
   * @throws ModelException CONFLICT for a sequence that is known with another content, TOO_LARGE
   *     for one command too many
   * @throws IllegalArgumentException for another model's command, or one that {@link #isEntry is
   *     none}
   */
  public ModelTimeline with(Publish entry) throws ModelException {
    return withAll(List.of(entry));
  }

  /**
   * As {@link #with}, for several: all of them or none.
   *
   * @throws ModelException as {@link #with}
   */
  public ModelTimeline withAll(Collection<Publish> more) throws ModelException {
    NavigableMap<Long, Publish> bySequence = new TreeMap<>();
    entries.forEach(entry -> bySequence.put(entry.sequence(), entry));
    for (Publish entry : more) {
      add(bySequence, entry);
    }
    return bySequence.size() == entries.size() ? this : new ModelTimeline(model, bySequence);
  }

  private void add(NavigableMap<Long, Publish> bySequence, Publish entry) throws ModelException {
    if (!entry.model().equals(model) || !isEntry(entry)) {
      throw new IllegalArgumentException(
          entry + ": expected an activating command for '" + model + "' with effective-from");
    }
    Publish before = bySequence.putIfAbsent(entry.sequence(), entry);
    if (before != null && !before.equals(entry)) {
      throw new ModelException(
          ModelReason.CONFLICT,
          "sequence %d of '%s' is known as %s, not %s"
              .formatted(entry.sequence(), model, before, entry));
    }
    if (bySequence.size() > MAX_ENTRIES) {
      throw new ModelException(
          ModelReason.TOO_LARGE,
          "timeline of '%s': expected up to %d commands".formatted(model, MAX_ENTRIES));
    }
  }

  /** The model's name. */
  public String model() {
    return model;
  }

  /** All commands, those without effect too, by their time and sequence. */
  public List<Publish> entries() {
    return entries;
  }

  /**
   * Commands without effect: their version is known with other bytes by a lower sequence. New bytes
   * want a new version.
   */
  public List<Publish> conflicting() {
    return conflicting;
  }

  /** Whether a command would be without effect, as its version is known with other bytes. */
  public boolean contradicts(Publish entry) {
    return entries.stream()
        .filter(known -> known.version() == entry.version() && !conflicting.contains(known))
        .anyMatch(known -> !hasSameBytes(known, entry));
  }

  /**
   * The version that is valid at a time.
   *
   * @param timestampMillis since 1970-01-01T00:00:00Z
   * @return null before the first one
   */
  public @Nullable Publish at(long timestampMillis) {
    int index = indexAt(timestampMillis);
    return index < 0 ? null : versions[index];
  }

  /** The version that is valid at a time, and how long; the last one without an end. */
  public Span spanAt(long timestampMillis) {
    int index = indexAt(timestampMillis);
    long to = index + 1 < starts.length ? starts[index + 1] : Long.MAX_VALUE;
    return index < 0
        ? new Span(Long.MIN_VALUE, to, null)
        : new Span(starts[index], to, versions[index]);
  }

  /** Every version in its time, one after the other; a later one begins where one ends. */
  public List<Period> periods() {
    List<Period> periods = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      Instant until = i + 1 < starts.length ? Instant.ofEpochMilli(starts[i + 1]) : null;
      periods.add(new Period(versions[i], Instant.ofEpochMilli(starts[i]), until));
    }
    return periods;
  }

  /**
   * The versions that records of this time or later ones may ask for, the one that is valid then
   * first; all others can be let go of once the watermark and the allowed lateness have passed it.
   */
  public Set<Publish> validFrom(long timestampMillis) {
    int first = Math.max(indexAt(timestampMillis), 0);
    return new LinkedHashSet<>(Arrays.asList(versions).subList(first, versions.length));
  }

  private int indexAt(long timestampMillis) {
    int found = Arrays.binarySearch(starts, timestampMillis);
    return found >= 0 ? found : -found - 2;
  }

  private static Instant from(Publish entry) {
    return Objects.requireNonNull(entry.effectiveFrom());
  }

  // Records have whole milliseconds, and one before the given moment is not valid yet. The least
  // long stands for a record without a timestamp.
  private static long firstMilli(Instant from) {
    try {
      long millis = from.toEpochMilli();
      return from.getNano() % 1_000_000 == 0 ? millis : Math.addExact(millis, 1);
    } catch (ArithmeticException e) {
      return from.getEpochSecond() < 0 ? Long.MIN_VALUE + 1 : Long.MAX_VALUE;
    }
  }

  private static boolean hasSameBytes(Publish known, Publish other) {
    return known.digest() != null && other.digest() != null
        ? known.digest().equals(other.digest())
        : known.uri().equals(other.uri());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelTimeline timeline
        && model.equals(timeline.model)
        && entries.equals(timeline.entries);
  }

  @Override
  public int hashCode() {
    return Objects.hash(model, entries);
  }

  /** {@code fraud: 1 from 2026-01-31T00:00:00Z, 2 from ...}, and locations nowhere. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(model).append(':');
    for (Period period : periods()) {
      text.append(' ').append(period.version().version()).append(" from ").append(period.from());
    }
    return text.toString();
  }
}
