package io.millrace.flink;

import io.millrace.model.InferenceException;
import io.millrace.model.ModelVersion;
import io.millrace.serving.Bisection;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/** Emits batches that were run, element by element in their order. Belongs to the task thread. */
final class BatchEmitter<T, OUT> implements Bisection.Sink {
  private final InferenceFunctions<T, OUT> functions;
  private final boolean rejectNonFinite;
  private final Output<StreamRecord<OUT>> output;
  private final InferenceMetrics metrics;
  private final StreamRecord<OUT> reused;

  private @Nullable RecordBatch batch;
  private int next;

  @SuppressWarnings(
      "NullAway") // An empty StreamRecord is made to be filled; Flink has no annotation.
  BatchEmitter(
      InferenceFunctions<T, OUT> functions,
      boolean rejectNonFinite,
      Output<StreamRecord<OUT>> output,
      InferenceMetrics metrics) {
    this.functions = functions;
    this.rejectNonFinite = rejectNonFinite;
    this.output = output;
    this.metrics = metrics;
    this.reused = new StreamRecord<>(null);
  }

  /** Emits a batch that has been run; bisects it if the run failed. */
  void emit(RecordBatch done) throws Exception {
    batch = done;
    next = 0;
    Throwable failure = done.failure();
    if (failure == null) {
      metrics.ran(done.rows().rows(), done.runNanos());
      scored(0, done.rows().rows());
    } else if (failure instanceof InferenceException inference) {
      Bisection.run(done.rows(), inference, this);
    } else {
      ExceptionUtils.rethrowException(failure);
    }
    emitUpTo(Integer.MAX_VALUE, done);
    batch = null;
  }

  @Override
  public void scored(int from, int to) {
    metrics.scored(to - from);
    emitUpTo(to, current());
  }

  @Override
  public void failed(int row, InferenceException failure) {
    RecordBatch failed = current();
    emitUpTo(row, failed);
    reject(
        record(failed, next),
        RecordReason.MODEL_FAILED,
        String.valueOf(failure.getMessage()),
        failed.version(next),
        failed.timestamp(next));
    next++;
  }

  private RecordBatch current() {
    RecordBatch current = batch;
    if (current == null) {
      throw new IllegalStateException("no batch is being emitted");
    }
    return current;
  }

  // Elements without a row go out with the rows around them: the next one, if rows are left.
  private void emitUpTo(int row, RecordBatch from) {
    while (next < from.size() && from.row(next) < row) {
      if (from.row(next) >= 0) {
        emitScored(from, next, from.version(next));
      } else {
        emitOther(from.element(next), from.timestamp(next));
      }
      next++;
    }
  }

  private void emitScored(RecordBatch from, int index, ModelVersion version) {
    T record = record(from, index);
    Prediction prediction = from.rows().prediction(from.row(index));
    OUT result;
    try {
      if (rejectNonFinite && !prediction.isFinite()) {
        throw new RecordException(
            RecordReason.NON_FINITE_OUTPUT,
            version
                + " answered NaN or an infinity: expected finite values (records.non-finite-output)");
      }
      result = functions.reader().read(record, prediction, version);
    } catch (RecordException e) {
      reject(record, e.reason(), String.valueOf(e.getMessage()), version, from.timestamp(index));
      return;
    }
    collect(result, from.timestamp(index));
  }

  @SuppressWarnings("unchecked") // Only records of the input type are put beside rows.
  private T record(RecordBatch from, int index) {
    return (T) from.element(index);
  }

  /** Emits an element that is no record in its place in the stream. */
  @SuppressWarnings("unchecked") // A rejection in a batch is one of its own records.
  void emitOther(Object element, long timestamp) {
    if (element instanceof Rejection<?> rejection) {
      emitRejection((Rejection<T>) rejection, timestamp);
    } else if (element instanceof Watermark watermark) {
      output.emitWatermark(watermark);
    } else if (element instanceof WatermarkStatus status) {
      output.emitWatermarkStatus(status);
    } else if (element instanceof LatencyMarker marker) {
      output.emitLatencyMarker(marker);
    } else {
      throw new IllegalStateException("unexpected element of " + element.getClass());
    }
  }

  private void reject(
      T record,
      RecordReason reason,
      String message,
      @Nullable ModelVersion version,
      long timestamp) {
    emitRejection(new Rejection<>(record, reason, message, version), timestamp);
  }

  private void emitRejection(Rejection<T> rejection, long timestamp) {
    metrics.rejected(rejection.reason());
    RejectionMapper<T, OUT> mapper = functions.rejectionMapper();
    if (mapper != null) {
      collect(mapper.map(rejection), timestamp);
    } else if (timestamp == RecordBatch.NO_TIMESTAMP) {
      output.collect(functions.rejectionTag(), new StreamRecord<>(rejection));
    } else {
      output.collect(functions.rejectionTag(), new StreamRecord<>(rejection, timestamp));
    }
  }

  private void collect(OUT result, long timestamp) {
    if (timestamp == RecordBatch.NO_TIMESTAMP) {
      reused.eraseTimestamp();
      output.collect(reused.replace(result));
    } else {
      output.collect(reused.replace(result, timestamp));
    }
  }
}
