package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.serving.BatchDeadline;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TimestampReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.jspecify.annotations.Nullable;

/**
 * The record path of one subtask: records are written into the open batch; a batch that is full,
 * due, before a barrier, at a switch of versions or at the end is run, on the task thread or beside
 * it, and emitted in input order. No record outlives a checkpoint here. Belongs to the task thread.
 */
final class InferenceCore<T, OUT> implements Scoring {
  private final InferenceFunctions<T, OUT> functions;
  private final BatchEmitter<T, OUT> emitter;
  private final InferenceMetrics metrics;
  private final ProcessingTimeService timers;
  private final MailboxExecutor mailbox;
  private final @Nullable TypeSerializer<T> copier;
  private final BatchDeadline deadline;
  private final @Nullable BatchThread thread;
  private final int maxInFlight;

  private final Deque<RecordBatch> inFlight = new ArrayDeque<>();
  private @Nullable EventTimeControl byTime;
  private @Nullable ServedModel active;
  private @Nullable RecordBatch open;
  private long openedNanos;

  /** Whether records wait for a version to take the place of the one that scored. */
  private boolean suspended;

  /**
   * @param copier copies records that the operators before this one may reuse; null where they do
   *     not
   * @param thread runs the batches; null where the task thread does
   */
  InferenceCore(
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      BatchEmitter<T, OUT> emitter,
      InferenceMetrics metrics,
      ProcessingTimeService timers,
      MailboxExecutor mailbox,
      @Nullable TypeSerializer<T> copier,
      @Nullable BatchThread thread) {
    this.functions = functions;
    this.emitter = emitter;
    this.metrics = metrics;
    this.timers = timers;
    this.mailbox = mailbox;
    this.copier = copier;
    this.thread = thread;
    this.deadline = new BatchDeadline(settings.batchTimeout());
    this.maxInFlight = settings.maxEnqueuedBatches();
  }

  /** From here on a record's time chooses its version. */
  void chooseBy(EventTimeControl control) {
    byTime = control;
  }

  /** Writes a record into the open batch. */
  void process(StreamRecord<T> element) throws Exception {
    long timestamp = element.hasTimestamp() ? element.getTimestamp() : RecordBatch.NO_TIMESTAMP;
    T record = copier == null ? element.getValue() : copier.copy(element.getValue());
    EventTimeControl control = byTime;
    if (control != null) {
      processByTime(record, timestamp, control);
      return;
    }
    ServedModel model = awaitVersion();
    if (model == null) {
      reject(
          new Rejection<>(
              record, RecordReason.NO_MODEL, "no version of the model is published yet", null),
          timestamp);
      return;
    }
    append(record, timestamp, model);
  }

  private void processByTime(T record, long given, EventTimeControl control) throws Exception {
    TimestampReader<T> reader = functions.timestamps();
    long timestamp = given;
    if (reader != null) {
      try {
        timestamp = reader.timestamp(record);
      } catch (RecordException e) {
        reject(new Rejection<>(record, e.reason(), String.valueOf(e.getMessage()), null), given);
        return;
      }
    }
    ServedModel model = timestamp == RecordBatch.NO_TIMESTAMP ? null : control.at(timestamp);
    if (model == null) {
      reject(NoVersion.rejection(record, timestamp, control), timestamp);
      return;
    }
    append(record, timestamp, model);
  }

  // In its place among the records at hand; a stream of nothing else is passed on all the same.
  private void reject(Rejection<T> rejection, long timestamp) throws Exception {
    RecordBatch last = open != null ? open : inFlight.peekLast();
    if (last == null) {
      emitter.emitOther(rejection, timestamp);
      return;
    }
    last.addOther(rejection, timestamp);
    // A batch that runs has its rows and comes back by itself.
    if (last == open ? last.isFull() : last.isFullOfOthers()) {
      drain(FlushReason.SIZE);
    }
  }

  private void append(T record, long timestamp, ServedModel wanted) throws Exception {
    ServedModel model = wanted;
    RecordBatch batch = open == null ? open(model) : open;
    if (byTime != null) {
      batch.select(model);
    }
    try {
      if (!batch.rows().append(record, functions.writer())) {
        flush(FlushReason.SHAPE);
        model = afterFlush(wanted);
        batch = open(model);
        batch.rows().append(record, functions.writer());
      }
      batch.addScored(record, timestamp);
    } catch (RecordException e) {
      batch.addOther(
          new Rejection<>(record, e.reason(), String.valueOf(e.getMessage()), model.version()),
          timestamp);
    }
    if (batch.isFull()) {
      flush(FlushReason.SIZE);
    }
  }

  // Flushing may have waited, and a switch by command taken place meanwhile.
  private ServedModel afterFlush(ServedModel model) throws Exception {
    return byTime != null ? model : Objects.requireNonNull(awaitVersion(), "no version scores");
  }

  // Null only before the first version: one that leaves for another suspends the task until then.
  // Back-pressure: nothing is read from any input meanwhile, and no barrier passes.
  private @Nullable ServedModel awaitVersion() throws Exception {
    while (suspended) {
      mailbox.yield();
    }
    return active;
  }

  /** A watermark or its like: rides behind the records before it. */
  void control(Object element) {
    RecordBatch last = open != null ? open : inFlight.peekLast();
    if (last == null) {
      emitter.emitOther(element, RecordBatch.NO_TIMESTAMP);
    } else {
      last.addOther(element, RecordBatch.NO_TIMESTAMP);
    }
  }

  private RecordBatch open(ServedModel model) throws ModelException {
    RecordBatch batch = model.takeBatch();
    open = batch;
    openedNanos = System.nanoTime();
    if (deadline.opened(openedNanos)) {
      setTimer(deadline.timeoutNanos());
    }
    return batch;
  }

  // Flink adds a millisecond to every timer, for the sake of event time; a batch does not want it.
  private void setTimer(long nanos) {
    long millis = Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos) - 1);
    timers.registerTimer(timers.getCurrentProcessingTime() + millis, time -> onTimer());
  }

  private void onTimer() throws Exception {
    long left = deadline.onTimer(System.nanoTime());
    if (left == 0) {
      flush(FlushReason.TIMER);
    } else if (left > 0) {
      setTimer(left);
    }
  }

  /** Runs the open batch, if there is one. */
  private void flush(FlushReason reason) throws Exception {
    RecordBatch batch = open;
    if (batch == null) {
      return;
    }
    open = null;
    deadline.flushed();
    metrics.flushed(reason, System.nanoTime() - openedNanos);
    if (thread == null) {
      batch.run();
      emit(batch);
      return;
    }
    while (inFlight.size() >= maxInFlight) {
      mailbox.yield();
    }
    inFlight.addLast(batch);
    thread.submit(batch, this::emitDone);
  }

  // One mail a batch, and each takes whatever is done: the order is that of the queue.
  private void emitDone() throws Exception {
    RecordBatch first = inFlight.peekFirst();
    while (first != null && first.isDone()) {
      inFlight.removeFirst();
      emit(first);
      first = inFlight.peekFirst();
    }
  }

  private void emit(RecordBatch batch) throws Exception {
    emitter.emit(batch);
    batch.model().giveBack(batch);
  }

  /** Runs and emits everything at hand. */
  void drain(FlushReason reason) throws Exception {
    flush(reason);
    while (!inFlight.isEmpty()) {
      mailbox.yield();
    }
  }

  @Override
  public void switchTo(ServedModel model) throws Exception {
    flush(FlushReason.SWITCH);
    active = model;
    suspended = false;
    metrics.switchedTo(model);
  }

  @Override
  public void settle() throws Exception {
    drain(FlushReason.SWITCH);
  }

  @Override
  public void suspend() throws Exception {
    suspended = true;
    active = null;
    metrics.closed();
    drain(FlushReason.SWITCH);
  }

  /**
   * Drops what is at hand and gives the models back by {@code release}, behind a run that is still
   * in progress.
   */
  void close(Runnable release) {
    if (thread == null) {
      release.run();
    } else {
      thread.close(release);
    }
  }
}
