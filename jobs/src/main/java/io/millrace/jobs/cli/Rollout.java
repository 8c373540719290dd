package io.millrace.jobs.cli;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelEvent;
import io.millrace.model.VersionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far the subtasks of a job are with a version that was published, by their events: those from
 * before, then those from after. Events may come twice.
 */
final class Rollout {
  private final String model;
  private final long version;
  private final @Nullable String digest;
  private final @Nullable String job;
  private final Map<String, Subtasks> jobs = new TreeMap<>();

  /** Others that say something of the version: the job may have another name than is thought. */
  private final Set<String> others = new TreeSet<>();

  private boolean withdrawn;

  /** Of one job. */
  private static final class Subtasks {
    final int parallelism;

    /** What scores on each subtask. */
    final Map<Integer, ModelEvent> scoring = new TreeMap<>();

    /** What each has said of the version since it was published. */
    final Map<Integer, ModelEvent> latest = new TreeMap<>();

    Subtasks(int parallelism) {
      this.parallelism = parallelism;
    }

    List<Integer> missing() {
      List<Integer> missing = new ArrayList<>();
      for (int i = 0; i < parallelism; i++) {
        ModelEvent event = latest.get(i);
        if (event == null || !event.active()) {
          missing.add(i);
        }
      }
      return missing;
    }

    String said(int subtask) {
      ModelEvent event = latest.get(subtask);
      return "subtask %d: %s".formatted(subtask, event == null ? "nothing yet" : event.state());
    }
  }

  /**
   * @param job whose subtasks count; null for every job that says anything of the version
   */
  Rollout(Publish publish, @Nullable String job) {
    this.model = publish.model();
    this.version = publish.version();
    this.digest = publish.digest();
    this.job = job;
  }

  /** Takes an event from before the version was published. */
  void before(ModelEvent event) {
    if (concerns(event) && event.reason() == null) {
      note(subtasks(event), event);
    }
  }

  /**
   * Takes an event from after.
   *
   * @return whether it says something of the version
   */
  boolean accept(ModelEvent event) {
    if (!concerns(event)) {
      if (event.model().equals(model) && isOurs(event)) {
        others.add(event.job());
      }
      return false;
    }
    if (event.reason() != null) {
      return isOurs(event);
    }
    Subtasks subtasks = subtasks(event);
    note(subtasks, event);
    if (!isOurs(event)) {
      return false;
    }
    ModelEvent before = subtasks.latest.put(event.subtask(), event);
    ModelEvent scoring = subtasks.scoring.get(event.subtask());
    if (event.state() == VersionState.START && scoring != null && isOurs(scoring)) {
      // It scores already: nothing more will be said.
      subtasks.latest.put(event.subtask(), scoring);
    }
    // Of a former command, if it is the first that is heard.
    withdrawn |=
        event.state() == VersionState.END && before != null && before.state() != VersionState.END;
    return true;
  }

  private boolean concerns(ModelEvent event) {
    return event.model().equals(model) && (job == null || job.equals(event.job()));
  }

  private boolean isOurs(ModelEvent event) {
    return event.version() == version
        && (digest == null || event.digest() == null || digest.equals(event.digest()));
  }

  // A job that comes back with another parallelism has other subtasks.
  private Subtasks subtasks(ModelEvent event) {
    Subtasks known = jobs.get(event.job());
    if (known == null || known.parallelism != event.parallelism()) {
      known = new Subtasks(event.parallelism());
      jobs.put(event.job(), known);
    }
    return known;
  }

  private static void note(Subtasks subtasks, ModelEvent event) {
    ModelEvent scoring = subtasks.scoring.get(event.subtask());
    if (event.active()) {
      subtasks.scoring.put(event.subtask(), event);
    } else if (scoring != null
        && scoring.version() == event.version()
        && event.state() != VersionState.START) {
      subtasks.scoring.remove(event.subtask());
    }
  }

  /** Whether the version scores on every subtask of the jobs that have said anything of it. */
  boolean isComplete() {
    List<Subtasks> heard = heard();
    return !heard.isEmpty() && heard.stream().allMatch(it -> it.missing().isEmpty());
  }

  /** Whether a subtask let it go, though nothing was wrong with it. */
  boolean isWithdrawn() {
    return withdrawn;
  }

  private List<Subtasks> heard() {
    return jobs.values().stream().filter(it -> !it.latest.isEmpty()).toList();
  }

  /** On how many subtasks it scores. */
  int count() {
    return heard().stream().mapToInt(it -> it.parallelism - it.missing().size()).sum();
  }

  /** What the subtasks say on which it does not score. */
  String missing() {
    List<String> missing = new ArrayList<>();
    for (Subtasks subtasks : heard()) {
      subtasks.missing().forEach(subtask -> missing.add(subtasks.said(subtask)));
    }
    String who = job == null ? "any job" : "job " + job;
    String instead = others.isEmpty() ? "" : ", but of " + String.join(", ", others);
    return missing.isEmpty()
        ? "nothing was heard of " + who + " on the status topic" + instead
        : String.join(", ", missing);
  }

  @Override
  public String toString() {
    return model + "/" + version;
  }
}
