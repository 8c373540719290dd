package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Rollback;
import io.millrace.model.LoadTimes;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.Timeline;
import io.millrace.model.VersionState;
import io.millrace.serving.VersionSelector;
import io.millrace.serving.VersionSelector.Step;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control path of one subtask: commands go to broadcast state at once; the version they amount
 * to is loaded beside the task thread, and takes over between two batches. Belongs to the task
 * thread.
 */
final class VersionControl implements ModelControl {
  private static final Logger LOG = LoggerFactory.getLogger(VersionControl.class);

  private final String model;
  private final ModelLoader loader;
  private final LoaderThread thread;
  private final EventReporter events;
  private final InferenceMetrics metrics;
  private final Scoring scoring;
  private final BroadcastState<String, ServingState> state;

  private final VersionSelector selector = new VersionSelector();
  private final Vacancy vacancy;
  private final Set<ServedModel> held = new LinkedHashSet<>();
  private Timeline timeline;
  private @Nullable ServedModel active;
  private @Nullable ServingSchema schema;
  private boolean finished;

  /**
   * @param state where the version that scores is kept, and the commands
   */
  VersionControl(
      String model,
      ModelLoader loader,
      LoaderThread thread,
      EventReporter events,
      InferenceMetrics metrics,
      Scoring scoring,
      BroadcastState<String, ServingState> state) {
    this.model = model;
    this.loader = loader;
    this.thread = thread;
    this.events = events;
    this.metrics = metrics;
    this.scoring = scoring;
    this.vacancy = new Vacancy(thread);
    this.state = state;
    this.timeline = new Timeline(model);
  }

  /**
   * Loads the version that the first record is scored with, before there is a record: the one that
   * scored when the state was written, else, in a job without state, the one that the initial
   * commands amount to.
   *
   * @throws ModelException if it cannot be loaded, and no other version is ordered
   * @throws UnfitRuntimeException if it can never be loaded here, such as for want of memory
   */
  @Override
  public void start(List<Command> initial, boolean codeDecides) throws Exception {
    ServingState restored = state.get(model);
    Publish first = null;
    if (restored != null && !(codeDecides && restored.isOtherThan(initial))) {
      timeline = new Timeline(model, restored.timeline());
      schema = restored.schema();
      first = restored.serving();
    } else {
      for (Command command : initial) {
        if (command.model().equals(model)) {
          // Of these, only the version that they amount to is announced.
          take(command, false, false);
        }
      }
      first = timeline.active().orElse(null);
      if (first != null && restored != null) {
        first = restored.withStoredDigest(first);
      }
      if (first != null) {
        events.state(model, first.version(), first.digest(), VersionState.START);
      }
    }
    if (first != null) {
      activate(loadFirst(first), System.nanoTime());
    }
    followTimeline();
  }

  private ServedModel loadFirst(Publish first) throws Exception {
    try {
      ServedModel served = thread.await(() -> loader.load(first, schema));
      held.add(served);
      selector.startWith(served.publish());
      return served;
    } catch (ModelException e) {
      report(first, e);
      Publish ordered = timeline.active().orElse(null);
      if (ordered == null || ordered.version() == first.version()) {
        throw UnfitRuntimeException.ofFirstVersion(e);
      }
      // What scored is gone, and another version has long been ordered in its place.
      try {
        return loadFirst(ordered);
      } catch (ModelException | UnfitRuntimeException later) {
        if (UnfitRuntimeException.isForGood(e)) {
          later.addSuppressed(e);
          throw later;
        }
        // A restart may find what scored, whatever becomes of the other one.
        e.addSuppressed(later);
        throw e;
      }
    }
  }

  /**
   * Takes commands of the control input, and follows what all of them together amount to: of many
   * versions that come at once, one is loaded. Commands for other models are none of this
   * operator's.
   */
  @Override
  public void accept(List<Command> commands, boolean again) throws Exception {
    if (finished) {
      return;
    }
    boolean news = false;
    for (Command command : commands) {
      if (command.model().equals(model) && take(command, true, again)) {
        news = true;
        if (orders(command)) {
          selector.forgetFailure();
        }
      }
    }
    if (news) {
      store();
      followTimeline();
    }
  }

  // Whoever orders a version that failed before wants it tried again.
  private static boolean orders(Command command) {
    return command instanceof Activate
        || command instanceof Rollback
        || (command instanceof Publish publish && publish.activate());
  }

  private void followTimeline() throws Exception {
    Publish wanted = timeline.active().orElse(null);
    if (wanted != null) {
      follow(selector.target(wanted));
    }
  }

  private boolean take(Command command, boolean announce, boolean again) {
    try {
      boolean news = timeline.accept(command);
      if (news && announce && command instanceof Publish publish) {
        events.state(model, publish.version(), publish.digest(), VersionState.START);
      }
      return news;
    } catch (ModelException e) {
      boolean stale = e.reason() == ModelReason.STALE;
      if (!(stale && again)) {
        long version = EventReporter.versionOf(command);
        events.refused(command, stateOf(version), isActive(version), e);
      }
      // Kept by the timeline, but for one that is stale: a later arrival may give it its sense.
      return !stale;
    }
  }

  private boolean isActive(long version) {
    return active != null && active.version().version() == version;
  }

  private VersionState stateOf(long version) {
    if (isActive(version)) {
      return VersionState.AVAILABLE;
    }
    Publish loading = selector.loading();
    return loading != null && loading.version() == version
        ? VersionState.LOADING
        : VersionState.END;
  }

  private void follow(Step step) throws Exception {
    if (step instanceof Step.Load load) {
      load(load.version());
    }
  }

  private void load(Publish publish) {
    if (vacancy.postpones(publish)) {
      return;
    }
    // Where the old version leaves first, records wait for the load.
    if (active != null && !loader.unloadsFirst()) {
      thread.stepBack();
    }
    ServingSchema demanded = schema;
    events.state(model, publish.version(), publish.digest(), VersionState.LOADING);
    thread.load(
        () ->
            loader.unloadsFirst()
                ? loader.load(publish, demanded, () -> vacancy.make(this::leave, this::unloaded))
                : loader.load(publish, demanded),
        this::loaded,
        failure -> failed(publish, failure));
  }

  // Behind the end of input nothing is scored, and the load that asks is about to be ended.
  private void leave(Consumer<@Nullable ServedModel> taker) throws Exception {
    ServedModel old = active;
    if (finished) {
      return;
    }
    if (old == null) {
      taker.accept(null);
      return;
    }
    vacancy.begin(old.publish());
    active = null;
    scoring.suspend();
    events.state(old, VersionState.UNLOADING, false, LoadTimes.NONE);
    old.retire(
        () -> {
          held.remove(old);
          taker.accept(old);
        });
  }

  /** Where no version scores and none is being loaded, the former one is loaded again. */
  private void goBackIfVacant() {
    Publish former = vacancy.before();
    if (former == null || selector.loading() != null) {
      return;
    }
    vacancy.goBack();
    ServingSchema demanded = schema;
    events.state(model, former.version(), former.digest(), VersionState.LOADING);
    thread.load(
        () -> loader.load(former, demanded),
        this::cameBack,
        failure -> {
          report(former, failure);
          throw Vacancy.forGood(former, failure);
        });
  }

  private void cameBack(ServedModel served) throws Exception {
    if (finished) {
      served.close();
      return;
    }
    held.add(served);
    activate(served, System.nanoTime());
    Publish next = vacancy.takePostponed();
    if (next != null) {
      load(next);
    }
  }

  private void loaded(ServedModel served) throws Exception {
    if (finished) {
      served.close();
      return;
    }
    held.add(served);
    Step step = selector.loaded(served.publish());
    if (step instanceof Step.Switch) {
      ServedModel before = active;
      activate(served, System.nanoTime());
      if (before != null) {
        retire(before);
      }
    } else if (step instanceof Step.Discard discard) {
      retire(served);
      Publish next = discard.next();
      if (next != null) {
        load(next);
      }
      goBackIfVacant();
    }
  }

  private void activate(ServedModel served, long begun) throws Exception {
    scoring.switchTo(served);
    active = served;
    vacancy.end();
    if (schema == null) {
      schema = served.schema();
    }
    store();
    LoadTimes times = served.times();
    LoadTimes whole =
        new LoadTimes(
            times.fetch(),
            times.verify(),
            times.load(),
            times.warmUp(),
            Duration.ofNanos(System.nanoTime() - begun));
    LOG.info(
        "{} ({}) scores on subtask {}",
        served.version(),
        served.version().digest(),
        events.subtask());
    events.state(served, VersionState.AVAILABLE, true, whole);
  }

  private void failed(Publish publish, ModelException failure) throws Exception {
    if (finished) {
      return;
    }
    report(publish, failure);
    follow(selector.failed());
    goBackIfVacant();
  }

  private void report(Publish publish, ModelException failure) {
    metrics.loadFailed();
    events.failed(model, publish, failure);
  }

  // Closing frees native memory, which takes a while for a large model: not on the task thread.
  private void retire(ServedModel old) {
    events.state(old, VersionState.UNLOADING, false, LoadTimes.NONE);
    old.retire(
        () -> {
          held.remove(old);
          thread.run(old::close, () -> unloaded(old));
        });
  }

  private void unloaded(ServedModel old) {
    if (!finished) {
      events.state(old, VersionState.END, false, LoadTimes.NONE);
    }
  }

  private void store() throws Exception {
    Publish serving = active == null ? vacancy.before() : active.publish();
    state.put(model, new ServingState(timeline.snapshot(), serving, schema));
  }

  /** Versions come and go by commands alone. */
  @Override
  public void watermark(long timestampMillis) {}

  @Override
  public void finish() {
    finished = true;
  }

  @Override
  public void stop() {
    thread.close();
  }

  @Override
  public void release() {
    RuntimeException failure = null;
    for (ServedModel served : held) {
      try {
        served.close();
      } catch (RuntimeException e) {
        failure = ExceptionUtils.firstOrSuppressed(e, failure);
      }
    }
    held.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
