package io.millrace.flink;

import io.millrace.model.BatchOptions;
import io.millrace.model.Command.Publish;
import io.millrace.model.LoadTimes;
import io.millrace.model.ModelException;
import io.millrace.model.ModelVersion;
import io.millrace.serving.Leases.Lease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version on one subtask: its lease, and the batches that are filled for it. Belongs to the task
 * thread. Once retired it is let go of when its last batch comes back.
 */
final class ServedModel {
  private final Publish publish;
  private final ModelVersion version;
  private final Lease<SharedModel> lease;
  private final LoadTimes times;
  private final BatchOptions batchOptions;
  private final Deque<RecordBatch> idle = new ArrayDeque<>();
  private final List<RecordBatch> all = new ArrayList<>();
  private int lent;
  private @Nullable Runnable whenUnused;
  private boolean retired;

  ServedModel(
      Publish publish,
      ModelVersion version,
      Lease<SharedModel> lease,
      BatchOptions batchOptions,
      LoadTimes times) {
    this.publish = publish;
    this.version = version;
    this.lease = lease;
    this.batchOptions = batchOptions;
    this.times = times;
  }

  /** What this version takes and answers, as the job uses it. */
  ServingSchema schema() {
    return new ServingSchema(batchOptions.signature(), batchOptions.batched());
  }

  /** The order that this version was loaded for, with the digest of its files. */
  Publish publish() {
    return publish.withDigest(version.digest());
  }

  /** Name, version and the digest of what was loaded. */
  ModelVersion version() {
    return version;
  }

  /** How long it took to make it ready. */
  LoadTimes times() {
    return times;
  }

  /** The size of the model's files. */
  long bytes() {
    return lease.value().bytes();
  }

  /** What the model takes of native memory, by the sizes of its files. */
  long nativeBytes() {
    return lease.value().nativeBytes();
  }

  /** An empty batch; comes back by {@link #giveBack}. */
  RecordBatch takeBatch() throws ModelException {
    RecordBatch batch = idle.pollFirst();
    if (batch == null) {
      batch = new RecordBatch(this, lease.value().model().newBatch(batchOptions));
      all.add(batch);
    }
    lent++;
    return batch;
  }

  /** A batch is done with. */
  void giveBack(RecordBatch batch) {
    batch.clear();
    idle.addFirst(batch);
    lent--;
    Runnable action = whenUnused;
    if (lent == 0 && action != null) {
      whenUnused = null;
      action.run();
    }
  }

  /**
   * No new batch will be taken; {@code action} runs when the last one has come back.
   *
   * @throws IllegalStateException the second time: one of the two actions would be lost
   */
  void retire(Runnable action) {
    if (retired) {
      throw new IllegalStateException(version + " is retired already");
    }
    retired = true;
    if (lent == 0) {
      action.run();
    } else {
      whenUnused = action;
    }
  }

  /**
   * Gives batches and lease back; closes the model if nobody else holds it. No batch may be inside
   * a run. Idempotent; may run on another thread once the task thread is done with this object.
   */
  void close() {
    try {
      all.forEach(RecordBatch::close);
      all.clear();
      idle.clear();
    } finally {
      lease.close();
    }
  }
}
