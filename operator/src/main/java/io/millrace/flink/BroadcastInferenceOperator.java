package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/** The shell with two inputs: records, and a broadcast of commands. */
final class BroadcastInferenceOperator<T, OUT> extends InferenceOperator<T, OUT>
    implements TwoInputStreamOperator<T, Command, OUT>, BoundedMultiInput {
  private static final long serialVersionUID = 1L;

  private BroadcastInferenceOperator(
      StreamOperatorParameters<OUT> parameters,
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      List<Command> initial,
      MailboxExecutor mailbox) {
    super(parameters, settings, functions, initial, false, mailbox);
  }

  /** Two inputs are never chained: each record was read from the network, for this operator. */
  @Override
  @Nullable TypeSerializer<T> copier(InferenceSettings operatorSettings) {
    return null;
  }

  @Override
  public void processElement1(StreamRecord<T> element) throws Exception {
    core().process(element);
  }

  @Override
  public void processElement2(StreamRecord<Command> element) throws Exception {
    control().accept(List.of(element.getValue()), false);
  }

  @Override
  public void processWatermark1(Watermark watermark) throws Exception {
    advance(watermark);
  }

  /** Commands have no event time: their input must not hold the records' back. */
  @Override
  public void processWatermark2(Watermark watermark) {}

  @Override
  protected void processWatermarkStatus(WatermarkStatus status, int input) {
    if (input == 0) {
      core().control(status);
    }
  }

  @Override
  public void processLatencyMarker1(LatencyMarker marker) {
    core().control(marker);
  }

  @Override
  public void processLatencyMarker2(LatencyMarker marker) {}

  @Override
  public void endInput(int input) throws Exception {
    if (input == 1) {
      core().drain(FlushReason.END_OF_INPUT);
    }
  }

  /** Makes the operator. */
  static final class Factory<T, OUT> extends InferenceOperatorFactory<T, OUT>
      implements TwoInputStreamOperatorFactory<T, Command, OUT> {
    private static final long serialVersionUID = 1L;

    Factory(
        InferenceSettings settings, InferenceFunctions<T, OUT> functions, List<Command> initial) {
      super(settings, functions, initial);
    }

    @Override
    InferenceOperator<T, OUT> create(StreamOperatorParameters<OUT> parameters) {
      return new BroadcastInferenceOperator<>(
          parameters, settings, functions, initial, getMailboxExecutor());
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
      return BroadcastInferenceOperator.class;
    }
  }
}
