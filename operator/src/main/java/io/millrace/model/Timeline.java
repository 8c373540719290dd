package io.millrace.model;

import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Retire;
import io.millrace.model.Command.Rollback;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of one model amount to. The commands are kept in the order of their sequences
 * and read anew from the lowest, so whatever order they arrive in, and however often, the same set
 * of commands gives the same active version. Not thread-safe.
 *
 * <p>Beyond {@value #MAX_COMMANDS} commands the oldest are folded into what they amounted to; a
 * command older than those is stale.
 */
public final class Timeline {
  /** So many commands are kept as they came: those that others may still arrive before. */
  public static final int MAX_COMMANDS = 256;

  /** So many activations are remembered for rolling back. */
  private static final int MAX_HISTORY = 64;

  /** So many published versions are remembered, those in the history on top. */
  private static final int MAX_PUBLISHED = 256;

  private final String model;
  private final NavigableMap<Long, Command> commands = new TreeMap<>();
  private final Reading folded;
  private long floor;

  /**
   * A timeline in a form that can be stored.
   *
   * @param floor the highest sequence that was folded, Long.MIN_VALUE if none
   * @param published what the folded commands published
   * @param history the versions that were active by them, the last one last
   * @param commands those that are kept as they came, oldest first
   */
  public record Snapshot(
      long floor, List<Publish> published, List<Long> history, List<Command> commands) {
    /** The snapshot of a timeline without commands. */
    public static final Snapshot EMPTY =
        new Snapshot(Long.MIN_VALUE, List.of(), List.of(), List.of());

    public Snapshot {
      published = List.copyOf(published);
      history = List.copyOf(history);
      commands = List.copyOf(commands);
    }
  }

  /** A timeline without commands. */
  public Timeline(String model) {
    this(model, Snapshot.EMPTY);
  }

  /** A timeline as it was stored. */
  public Timeline(String model, Snapshot snapshot) {
    this.model = Objects.requireNonNull(model, "model");
    this.floor = snapshot.floor();
    this.folded = new Reading(snapshot.published(), snapshot.history());
    snapshot.commands().forEach(command -> commands.put(command.sequence(), command));
  }

  /** What is to be stored. */
  public Snapshot snapshot() {
    return new Snapshot(
        floor,
        List.copyOf(folded.published.values()),
        folded.history,
        List.copyOf(commands.values()));
  }

  /**
   * Takes a command in. One that makes no sense among those known so far is refused by an
   * exception, yet kept: a command with a lower sequence that arrives later may give it its sense.
   *
   * @return whether it was new; a command that is already known changes nothing
   * @throws ModelException STALE for a command older than what was folded and CONFLICT for a
   *     sequence that is known with another content (neither is kept); CONFLICT for a version that
   *     is known with other bytes, NOT_FOUND for a version that is not published, MALFORMED_COMMAND
   *     for retiring the active version
   */
  public boolean accept(Command command) throws ModelException {
    if (!command.model().equals(model)) {
      throw new IllegalArgumentException(
          "command for '" + command.model() + "': expected '" + model + "'");
    }
    Command known = commands.get(command.sequence());
    if (command.equals(known)) {
      return false;
    }
    if (known != null) {
      throw new ModelException(
          ModelReason.CONFLICT,
          "sequence " + command.sequence() + " of '" + model + "' is known with another content");
    }
    if (command.sequence() <= floor) {
      throw new ModelException(
          ModelReason.STALE,
          "sequence " + command.sequence() + " of '" + model + "': expected above " + floor);
    }
    Reading before = read(commands.headMap(command.sequence(), false).values());
    commands.put(command.sequence(), command);
    fold();
    before.check(model, command);
    return true;
  }

  /** The version that is to score, as the highest sequence says; empty where none is published. */
  public Optional<Publish> active() {
    Reading reading = read(commands.values());
    return Optional.ofNullable(reading.active()).map(reading.published::get);
  }

  private Reading read(Collection<Command> among) {
    Reading reading = new Reading(folded.published.values(), folded.history);
    among.forEach(reading::apply);
    return reading;
  }

  private void fold() {
    while (commands.size() > MAX_COMMANDS) {
      Map.Entry<Long, Command> oldest = commands.pollFirstEntry();
      folded.apply(oldest.getValue());
      floor = oldest.getKey();
    }
    folded.trim();
  }

  /** What commands amount to, one after the other. */
  private static final class Reading {
    final Map<Long, Publish> published = new TreeMap<>();
    final List<Long> history;

    Reading(Collection<Publish> published, List<Long> history) {
      published.forEach(publish -> this.published.put(publish.version(), publish));
      this.history = new ArrayList<>(history);
    }

    @Nullable Long active() {
      return history.isEmpty() ? null : history.get(history.size() - 1);
    }

    // A command without effect is passed over: it may have been overtaken by a lower sequence that
    // came later than it.
    void apply(Command command) {
      if (command instanceof Publish publish) {
        Publish known = published.get(publish.version());
        if (known == null || sameBytes(known, publish)) {
          published.put(publish.version(), publish);
          if (publish.activate()) {
            activate(publish.version());
          }
        }
      } else if (command instanceof Activate activate) {
        activate(activate.version());
      } else if (command instanceof Rollback rollback) {
        Long version = rollback.version();
        if (version != null) {
          activate(version);
        } else if (history.size() > 1) {
          history.remove(history.size() - 1);
        }
      } else if (command instanceof Retire retire) {
        retire(retire.version());
      }
    }

    private void activate(long version) {
      if (published.containsKey(version) && !Objects.equals(active(), version)) {
        history.add(version);
      }
    }

    private void retire(long version) {
      if (!Objects.equals(active(), version)) {
        published.remove(version);
        history.removeIf(past -> past == version);
        // What was active before and behind it was so throughout, for who goes back.
        for (int i = history.size() - 1; i > 0; i--) {
          if (history.get(i).equals(history.get(i - 1))) {
            history.remove(i);
          }
        }
      }
    }

    void trim() {
      while (history.size() > MAX_HISTORY) {
        history.remove(0);
      }
      if (published.size() > MAX_PUBLISHED + MAX_HISTORY) {
        List<Publish> oldestFirst = new ArrayList<>(published.values());
        oldestFirst.removeIf(publish -> history.contains(publish.version()));
        oldestFirst.sort(Comparator.comparingLong(Publish::sequence));
        oldestFirst
            .subList(0, oldestFirst.size() - MAX_PUBLISHED)
            .forEach(publish -> published.remove(publish.version()));
      }
    }

    void check(String model, Command command) throws ModelException {
      if (command instanceof Publish publish) {
        Publish known = published.get(publish.version());
        if (known != null && !sameBytes(known, publish)) {
          throw new ModelException(
              ModelReason.CONFLICT,
              "version "
                  + publish.version()
                  + " of '"
                  + model
                  + "' is already published as "
                  + describe(known)
                  + ", not "
                  + describe(publish)
                  + ": give new bytes a new version");
        }
      } else if (command instanceof Activate activate) {
        requirePublished(model, activate.version());
      } else if (command instanceof Rollback rollback) {
        Long version = rollback.version();
        if (version != null) {
          requirePublished(model, version);
        } else if (history.size() < 2) {
          throw new ModelException(
              ModelReason.NOT_FOUND,
              "no version of '" + model + "' was active before the present one");
        }
      } else if (command instanceof Retire retire) {
        requirePublished(model, retire.version());
        if (Objects.equals(active(), retire.version())) {
          throw new ModelException(
              ModelReason.MALFORMED_COMMAND,
              "version "
                  + retire.version()
                  + " of '"
                  + model
                  + "' is active: activate another one first");
        }
      }
    }

    private void requirePublished(String model, long version) throws ModelException {
      if (!published.containsKey(version)) {
        throw new ModelException(
            ModelReason.NOT_FOUND,
            "version "
                + version
                + " of '"
                + model
                + "' is not published: expected one of "
                + published.keySet());
      }
    }

    private static boolean sameBytes(Publish known, Publish other) {
      return known.digest() != null && other.digest() != null
          ? known.digest().equals(other.digest())
          : known.uri().equals(other.uri());
    }

    private static String describe(Publish publish) {
      return publish.digest() != null
          ? publish.digest()
          : ShownLocation.of(publish.uri().toString());
    }
  }
}
