package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.VersionState;
import io.millrace.serving.EventTimeSelector;
import io.millrace.serving.EventTimeSelector.Answer;
import io.millrace.serving.ModelTimeline.Span;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control path of one subtask where a record's time chooses its version: commands amount to a
 * timeline, and a record whose version is not loaded waits until it is, or cannot be. Nothing that
 * is waited for comes by an input: a load ends by itself, after its retries, and says so by mail,
 * so commands and barriers that come meanwhile are only late. Belongs to the task thread.
 */
final class EventTimeControl implements ModelControl {
  private static final Logger LOG = LoggerFactory.getLogger(EventTimeControl.class);
  private static final Span NOWHERE = new Span(0, 0, null);

  /** Splits that begin at an earlier time cost some too, but seldom that many. */
  private static final int MANY_TURNS = 1_000;

  private final String model;
  private final EventTimeSettings settings;
  private final ModelLoader loader;
  private final LoaderThread thread;
  private final EventReporter events;
  private final InferenceMetrics metrics;
  private final Scoring scoring;
  private final MailboxExecutor mailbox;
  private final InferenceState state;

  private final EventTimeSelector selector;
  private final HeldVersions versions;
  private final EventTimeCommands commands;
  private @Nullable Publish loading;
  private boolean waiting;
  private boolean finished;

  // What is known of the last record's time, and holds for the next one's as long as nothing
  // happens: a stream that stays on one version compares two longs a record.
  private long from;
  private long to;
  private @Nullable ServedModel scores;
  private @Nullable NoVersion refusal;

  private long newest = Long.MIN_VALUE;
  private int turns;

  // What the state has: the place that a restore begins at.
  private long stored = Long.MIN_VALUE;
  private @Nullable Publish storedVersion;

  EventTimeControl(
      InferenceSettings settings,
      EventTimeSettings byTime,
      ModelLoader loader,
      LoaderThread thread,
      EventReporter events,
      InferenceMetrics metrics,
      Scoring scoring,
      MailboxExecutor mailbox,
      InferenceState state) {
    this.model = settings.model();
    this.settings = byTime;
    this.loader = loader;
    this.thread = thread;
    this.events = events;
    this.metrics = metrics;
    this.scoring = scoring;
    this.mailbox = mailbox;
    this.state = state;
    this.selector = byTime.selector();
    this.versions = new HeldVersions(thread, events);
    this.commands = new EventTimeCommands(model, byTime.isGiven(), events, versions, state);
  }

  /**
   * What scores a record of this time, loaded if need be: waits for it, so that nothing is read
   * from any input meanwhile and no barrier passes.
   *
   * @return null if nothing does, as {@link #refusal} says
   */
  @Nullable ServedModel at(long timestampMillis) throws Exception {
    if (timestampMillis < from || timestampMillis >= to) {
      choose(timestampMillis);
    }
    return scores;
  }

  /** Why the last record is not scored. */
  NoVersion refusal() {
    return Objects.requireNonNull(refusal, "the last record is scored");
  }

  private void choose(long timestampMillis) throws Exception {
    touch();
    Answer answer = selector.at(timestampMillis);
    ServedModel served = served(answer);
    while (served == null && answer.refusal() == null) {
      waiting = true;
      scoring.settle();
      Publish wanted = Objects.requireNonNull(answer.version());
      // Of what was settled, or of the load in progress, something may have been waited for.
      if (loading == null && !versions.has(wanted.version())) {
        load(wanted);
      }
      if (!versions.has(wanted.version())) {
        mailbox.yield();
      }
      answer = selector.at(timestampMillis);
      served = served(answer);
    }
    waiting = false;
    from = answer.span().from();
    to = answer.span().to();
    scores = served;
    String message = answer.refusal();
    refusal = message == null ? null : new NoVersion(message, answer.version());
    if (served != null) {
      use(served, answer.span());
    }
  }

  private @Nullable ServedModel served(Answer answer) {
    Publish version = answer.version();
    return version == null || answer.refusal() != null ? null : versions.get(version.version());
  }

  private void use(ServedModel served, Span span) throws Exception {
    selector.used(served.version().version());
    selector.reached(span.from());
    if (span.from() > newest) {
      newest = span.from();
      metrics.switchedTo(served);
      loadAhead();
    }
  }

  // As of the last record, which a version that was only loaded ahead has yet to see.
  private void touch() {
    if (scores != null) {
      selector.used(scores.version().version());
    }
  }

  private void forget() {
    touch();
    from = NOWHERE.from();
    to = NOWHERE.to();
    scores = null;
    refusal = null;
  }

  @Override
  public void start(List<Command> initial, boolean codeDecides) throws Exception {
    commands.restore();
    commands.startWith(initial);
    selector.follow(commands.timeline());
    Long reached = state.byTime().watermark(model);
    if (reached != null) {
      stored = reached;
      selector.reached(reached);
      Publish first = selector.present();
      if (first != null) {
        loadFirst(first);
      }
      loadAhead();
    }
  }

  private void loadFirst(Publish first) throws Exception {
    selector.admit(first);
    Publish exact = state.byTime().pinned(first);
    try {
      take(thread.await(() -> loader.load(exact, null)));
    } catch (ModelException e) {
      if (state.byTime().hasBeenLoaded(first)) {
        // Its records were scored, and are to be again as soon as it can be had.
        events.failed(model, first, e);
        throw UnfitRuntimeException.ofFirstVersion(e);
      }
      reject(first, e);
    }
  }

  @Override
  public void accept(List<Command> published, boolean again) throws Exception {
    if (finished) {
      return;
    }
    boolean news = false;
    for (Command command : published) {
      if (command.model().equals(model)) {
        Publish entry = commands.accept(command, again, newest);
        if (entry != null) {
          selector.forgetFailure(entry.version());
          news = true;
        }
      }
    }
    if (news) {
      selector.follow(commands.timeline());
      letGoOfUnneeded();
      loadAhead();
    }
  }

  @Override
  public void watermark(long timestampMillis) throws Exception {
    // The end of input is no place in time: a job stopped with a drain goes on from where it was.
    boolean end = timestampMillis == Watermark.MAX_WATERMARK.getTimestamp();
    if (settings.isGiven() || finished || end) {
      return;
    }
    boolean released = selector.watermark(timestampMillis);
    if (released) {
      letGoOfUnneeded();
    }
    if (store(timestampMillis) || released) {
      loadAhead();
    }
  }

  // By the version at the watermark, whatever the records that run before it ask for: once for
  // each, and never back.
  private boolean store(long timestampMillis) throws Exception {
    Publish now = commands.timeline().at(timestampMillis);
    if (now == null || now.equals(storedVersion) || timestampMillis <= stored) {
      return false;
    }
    stored = timestampMillis;
    storedVersion = now;
    state.byTime().watermark(model, timestampMillis);
    return true;
  }

  private void letGoOfUnneeded() throws Exception {
    forget();
    List<Long> unneeded = selector.dropUnneeded();
    if (unneeded.isEmpty()) {
      return;
    }
    // What a batch that is out holds would be closed behind the next load, and memory may have no
    // room for both; the place is free only then.
    boolean before = waiting;
    waiting = true;
    scoring.settle();
    waiting = before;
    unneeded.forEach(versions::letGo);
  }

  private void loadAhead() throws Exception {
    Publish next = loading == null && !waiting ? selector.ahead() : null;
    if (next != null) {
      load(next);
    }
  }

  private void load(Publish version) throws Exception {
    List<Long> surplus = selector.admit(version);
    if (!surplus.isEmpty()) {
      forget();
      surplus.forEach(versions::letGo);
      warnOfTurns(surplus.size());
    }
    Publish exact = state.byTime().pinned(version);
    loading = version;
    events.state(model, exact.version(), exact.digest(), VersionState.LOADING);
    thread.load(() -> loader.load(exact, null), this::arrived, failure -> failed(version, failure));
  }

  private void warnOfTurns(int more) {
    boolean few = turns < MANY_TURNS;
    turns += more;
    if (few && turns >= MANY_TURNS) {
      LOG.warn(
          "{} versions have made room for others on subtask {}: records ask for more than {} of them"
              + " in turn; raise {}, or sort the records by time",
          turns,
          events.subtask(),
          settings.maxLoaded(),
          InferenceOptions.MAX_LOADED_VERSIONS.key());
    }
  }

  private void arrived(ServedModel served) throws Exception {
    loading = null;
    if (finished) {
      served.close();
      return;
    }
    take(served);
    loadAhead();
  }

  private void take(ServedModel served) throws Exception {
    long version = served.version().version();
    state.byTime().pin(served.publish());
    selector.loaded(served.publish());
    versions.add(served);
    LOG.info(
        "{} ({}) is ready on subtask {}",
        served.version(),
        served.version().digest(),
        events.subtask());
    events.state(served, VersionState.AVAILABLE, true, served.times());
    if (!selector.holds(version)) {
      versions.letGo(version);
    }
    // A command that came during the load may want other bytes of this version.
    letGoOfUnneeded();
  }

  private void failed(Publish version, ModelException failure) throws Exception {
    loading = null;
    if (finished) {
      return;
    }
    reject(version, failure);
    loadAhead();
  }

  private void reject(Publish version, ModelException failure) throws Exception {
    metrics.loadFailed();
    events.failed(model, version, failure);
    if (settings.isGiven()) {
      // Nobody can publish it anew, and without it the output is not what it is to be.
      throw unfit(version, failure);
    }
    selector.failed(version, failure.reason() + " " + failure.getMessage());
  }

  private static Exception unfit(Publish version, ModelException failure) {
    String message =
        "%s/%d, by which the timeline has records scored, cannot be loaded: %s %s"
            .formatted(version.model(), version.version(), failure.reason(), failure.getMessage());
    return UnfitRuntimeException.isForGood(failure)
        ? new UnfitRuntimeException(message, failure)
        : new IllegalStateException(message, failure);
  }

  @Override
  public void finish() {
    finished = true;
    versions.finish();
  }

  @Override
  public void stop() {
    thread.close();
  }

  @Override
  public void release() {
    versions.release();
  }
}
