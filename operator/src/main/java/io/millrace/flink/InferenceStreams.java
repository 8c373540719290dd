package io.millrace.flink;

import io.millrace.model.ModelEvent;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/** What comes out of the inference operator. */
public final class InferenceStreams<T, OUT> {
  private final SingleOutputStreamOperator<OUT> predictions;
  private final OutputTag<Rejection<T>> rejectionTag;

  InferenceStreams(
      SingleOutputStreamOperator<OUT> predictions, OutputTag<Rejection<T>> rejectionTag) {
    this.predictions = predictions;
    this.rejectionTag = rejectionTag;
  }

  /** Results in input order; also the handle for the operator's parallelism and its like. */
  public SingleOutputStreamOperator<OUT> predictions() {
    return predictions;
  }

  /** Records that could not be scored; empty where a {@link RejectionMapper} takes them. */
  public SideOutputDataStream<Rejection<T>> rejections() {
    return predictions.getSideOutput(rejectionTag);
  }

  /** What happens to the versions of the model, on each subtask. */
  public DataStream<ModelEvent> events() {
    return predictions.getSideOutput(InferenceRuntime.EVENTS);
  }
}
