package io.millrace.model;

import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Retire;
import io.millrace.model.Command.Rollback;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the commands of one model amount to. The commands are kept in the order of their sequences
 * and read anew from the lowest, so whatever order they arrive in, and however often, the same set
 * of commands gives the same active version. Not thread-safe.
 *
 * <p>The oldest commands are dropped beyond {@value #MAX_COMMANDS}, but never the publication of
 * the active version or of the one before it; a command older than what was dropped is stale.
 */
public final class Timeline {
  /** So many commands are kept at the most: months of daily versions, and bounded state. */
  static final int MAX_COMMANDS = 256;

  private static final long NONE_DROPPED = Long.MIN_VALUE;

  private final String model;
  private final NavigableMap<Long, Command> commands = new TreeMap<>();
  private long floor = NONE_DROPPED;

  /** A timeline without commands. */
  public Timeline(String model) {
    this.model = Objects.requireNonNull(model, "model");
  }

  /**
   * A timeline of commands that were kept before.
   *
   * @param floor the highest sequence that was dropped, Long.MIN_VALUE if none
   */
  public static Timeline restore(String model, long floor, List<Command> commands) {
    Timeline timeline = new Timeline(model);
    timeline.floor = floor;
    commands.forEach(command -> timeline.commands.put(command.sequence(), command));
    return timeline;
  }

  public String model() {
    return model;
  }

  /** The highest sequence that was dropped, Long.MIN_VALUE if none: older commands are stale. */
  public long floor() {
    return floor;
  }

  /** The commands that are kept, oldest first; a copy. */
  public List<Command> commands() {
    return List.copyOf(commands.values());
  }

  /**
   * Takes a command in. One that makes no sense among those known so far is refused by an
   * exception, yet kept: a command with a lower sequence that arrives later may give it its sense.
   *
   * @return whether it was new; a command that is already known changes nothing
   * @throws ModelException STALE for a command older than what was dropped and CONFLICT for a
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
    commands.put(command.sequence(), command);
    prune();
    check(command);
    return true;
  }

  private void check(Command command) throws ModelException {
    Reading before = read(command.sequence());
    if (command instanceof Publish publish) {
      Publish known = before.published.get(publish.version());
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
      requirePublished(before, activate.version());
    } else if (command instanceof Rollback rollback) {
      Long version = rollback.version();
      if (version != null) {
        requirePublished(before, version);
      } else if (before.history.size() < 2) {
        throw new ModelException(
            ModelReason.NOT_FOUND,
            "no version of '" + model + "' was active before the present one");
      }
    } else if (command instanceof Retire retire) {
      requirePublished(before, retire.version());
      Long active = before.history.peekLast();
      if (active != null && active == retire.version()) {
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

  private void requirePublished(Reading reading, long version) throws ModelException {
    if (!reading.published.containsKey(version)) {
      throw new ModelException(
          ModelReason.NOT_FOUND,
          "version "
              + version
              + " of '"
              + model
              + "' is not published: expected one of "
              + reading.published.keySet());
    }
  }

  private static boolean sameBytes(Publish known, Publish other) {
    return known.digest() != null && other.digest() != null
        ? known.digest().equals(other.digest())
        : known.uri().equals(other.uri());
  }

  private static String describe(Publish publish) {
    return publish.digest() != null ? publish.digest() : publish.uri().toString();
  }

  /** The version that is to score, as the highest sequence says; empty where none is published. */
  public Optional<Publish> active() {
    Reading reading = read(Long.MAX_VALUE);
    Long version = reading.history.peekLast();
    return version == null
        ? Optional.empty()
        : Optional.of(Objects.requireNonNull(reading.published.get(version)));
  }

  /** What the commands below a sequence amount to. */
  private static final class Reading {
    final Map<Long, Publish> published = new LinkedHashMap<>();
    final Deque<Long> history = new ArrayDeque<>();

    void activate(long version) {
      if (published.containsKey(version) && !Objects.equals(history.peekLast(), version)) {
        history.addLast(version);
      }
    }
  }

  // Every command is judged again here: one that was fine when it came may have been overtaken by a
  // lower sequence that came later.
  private Reading read(long below) {
    Reading reading = new Reading();
    for (Command command : commands.headMap(below, false).values()) {
      if (command instanceof Publish publish) {
        Publish known = reading.published.get(publish.version());
        if (known == null || sameBytes(known, publish)) {
          reading.published.put(publish.version(), publish);
          if (publish.activate()) {
            reading.activate(publish.version());
          }
        }
      } else if (command instanceof Activate activate) {
        reading.activate(activate.version());
      } else if (command instanceof Rollback rollback) {
        Long version = rollback.version();
        if (version != null) {
          reading.activate(version);
        } else if (reading.history.size() > 1) {
          reading.history.removeLast();
        }
      } else if (command instanceof Retire retire) {
        if (!Objects.equals(reading.history.peekLast(), retire.version())) {
          reading.published.remove(retire.version());
          reading.history.removeIf(version -> version == retire.version());
        }
      }
    }
    return reading;
  }

  private void prune() {
    while (commands.size() > MAX_COMMANDS) {
      Reading reading = read(Long.MAX_VALUE);
      Optional<Command> oldest =
          commands.values().stream().filter(command -> !isNeeded(command, reading)).findFirst();
      if (oldest.isEmpty()) {
        return;
      }
      commands.remove(oldest.get().sequence());
      floor = Math.max(floor, oldest.get().sequence());
    }
  }

  private static boolean isNeeded(Command command, Reading reading) {
    Long active = reading.history.peekLast();
    Long previous = null;
    for (Long version : reading.history) {
      if (!version.equals(active)) {
        previous = version;
      }
    }
    long version =
        command instanceof Publish publish
            ? publish.version()
            : command instanceof Activate activate ? activate.version() : -1;
    return active != null && version == active || previous != null && version == previous;
  }
}
