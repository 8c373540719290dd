package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Retire;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import io.millrace.serving.ModelTimeline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timeline that the commands of one model amount to, kept in state. A command without a time
 * has no place in it and is refused: {@code timeline.json} has none either, so that a live job and
 * a replay choose the same versions. Belongs to the task thread.
 */
final class EventTimeCommands {
  private static final Logger LOG = LoggerFactory.getLogger(EventTimeCommands.class);

  private final String model;
  private final boolean given;
  private final EventReporter events;
  private final HeldVersions versions;
  private final InferenceState state;
  private ModelTimeline timeline;

  /**
   * @param given whether the job's code gives the timeline, so that none is kept in state
   */
  EventTimeCommands(
      String model,
      boolean given,
      EventReporter events,
      HeldVersions versions,
      InferenceState state) {
    this.model = model;
    this.given = given;
    this.events = events;
    this.versions = versions;
    this.state = state;
    this.timeline = ModelTimeline.empty(model);
  }

  ModelTimeline timeline() {
    return timeline;
  }

  /** Takes what the state has, and what a job that scored by another policy was told. */
  void restore() throws Exception {
    if (given) {
      return;
    }
    merge(state.byTime().commands(model));
    ServingState other = state.serving().get(model);
    if (other != null) {
      merge(entries(other.timeline().published()));
      merge(entries(other.timeline().commands()));
      // Should the job go back, its control topic says what scores, not what did then.
      state.serving().remove(model);
    }
  }

  /** Takes the commands to date; what the state says otherwise counts. */
  void startWith(List<Command> initial) throws Exception {
    merge(entries(initial));
    if (!given) {
      for (Publish entry : timeline.entries()) {
        state.byTime().add(entry);
      }
    }
  }

  private List<Publish> entries(List<? extends Command> commands) {
    List<Publish> entries = new ArrayList<>();
    for (Command command : commands) {
      if (command.model().equals(model)
          && ModelTimeline.isEntry(command)
          && command instanceof Publish publish) {
        entries.add(publish);
      }
    }
    return entries;
  }

  private void merge(List<Publish> entries) {
    try {
      timeline = timeline.withAll(entries);
    } catch (ModelException e) {
      for (Publish entry : entries) {
        mergeOne(entry);
      }
    }
  }

  private void mergeOne(Publish entry) {
    try {
      timeline = timeline.with(entry);
    } catch (ModelException e) {
      LOG.warn("{} has no effect: {}", entry, e.getMessage());
    }
  }

  /**
   * Takes a command of the control input.
   *
   * @param again whether it may have been taken before
   * @param scoredFrom from when on records have been scored, the latest; the least long if none
   * @return what it adds to the timeline, null if nothing
   */
  @Nullable Publish accept(Command command, boolean again, long scoredFrom) throws Exception {
    if (!(command instanceof Publish publish && ModelTimeline.isEntry(publish))) {
      // What is retired has scored the records of its time, and late ones may come.
      if (!again && !(command instanceof Retire)) {
        refuse(command, new ModelException(ModelReason.MALFORMED_COMMAND, withoutTime()));
      }
      return null;
    }
    ModelTimeline extended;
    try {
      extended = timeline.with(publish);
    } catch (ModelException e) {
      if (!again) {
        refuse(publish, e);
      }
      return null;
    }
    if (extended == timeline) {
      return null;
    }
    timeline = extended;
    state.byTime().add(publish);
    if (extended.conflicting().contains(publish)) {
      refuse(publish, new ModelException(ModelReason.CONFLICT, otherBytes(publish)));
      return null;
    }
    events.state(model, publish.version(), publish.digest(), VersionState.START);
    warnIfLate(publish, scoredFrom);
    return publish;
  }

  private static String withoutTime() {
    return "%s is event-time: expected a publish with effective-from that activates, of this version or of an earlier one anew"
        .formatted(InferenceOptions.SWITCH_POLICY.key());
  }

  private static String otherBytes(Publish publish) {
    return "version %d of '%s' is already published with other bytes: give new bytes a new version"
        .formatted(publish.version(), publish.model());
  }

  private static void warnIfLate(Publish publish, long scoredFrom) {
    Instant begin = Objects.requireNonNull(publish.effectiveFrom());
    if (scoredFrom != Long.MIN_VALUE && begin.isBefore(Instant.ofEpochMilli(scoredFrom))) {
      LOG.warn(
          "{} is for a time of which records were scored already: a replay scores those otherwise",
          publish);
    }
  }

  private void refuse(Command command, ModelException failure) {
    boolean scores = versions.has(EventReporter.versionOf(command));
    events.refused(command, scores ? VersionState.AVAILABLE : VersionState.END, scores, failure);
  }
}
