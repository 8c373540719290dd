package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/** The shell with two inputs: records, and a broadcast of commands. */
final class BroadcastInferenceOperator<T, OUT> extends AbstractStreamOperator<OUT>
    implements TwoInputStreamOperator<T, Command, OUT>, BoundedMultiInput {
  private static final long serialVersionUID = 1L;

  private final InferenceSettings settings;
  private final InferenceFunctions<T, OUT> functions;
  private final List<Command> initial;
  private final transient MailboxExecutor mailbox;

  private transient @Nullable BroadcastState<String, ServingState> state;
  private transient @Nullable InferenceRuntime<T, OUT> runtime;

  BroadcastInferenceOperator(
      StreamOperatorParameters<OUT> parameters,
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      List<Command> initial,
      MailboxExecutor mailbox) {
    super(parameters);
    this.settings = settings;
    this.functions = functions;
    this.initial = initial;
    this.mailbox = mailbox;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    state = context.getOperatorStateStore().getBroadcastState(InferenceRuntime.STATE);
  }

  @Override
  public void open() throws Exception {
    super.open();
    TypeSerializer<T> input = getOperatorConfig().getTypeSerializerIn(0, getUserCodeClassloader());
    runtime =
        InferenceRuntime.create(
            settings,
            functions,
            getRuntimeContext(),
            output,
            getProcessingTimeService(),
            mailbox,
            InferenceRuntime.copier(getExecutionConfig(), input),
            Objects.requireNonNull(state, "initializeState comes before open"));
    runtime.start(initial, false);
  }

  private InferenceRuntime<T, OUT> runtime() {
    InferenceRuntime<T, OUT> running = runtime;
    if (running == null) {
      throw new IllegalStateException("the operator is not open");
    }
    return running;
  }

  @Override
  public void processElement1(StreamRecord<T> element) throws Exception {
    runtime().core().process(element);
  }

  @Override
  public void processElement2(StreamRecord<Command> element) throws Exception {
    runtime().control().accept(element.getValue());
  }

  @Override
  public void processWatermark1(Watermark watermark) {
    runtime().core().control(watermark);
  }

  /** Commands have no event time: their input must not hold the records' back. */
  @Override
  public void processWatermark2(Watermark watermark) {}

  @Override
  protected void processWatermarkStatus(WatermarkStatus status, int input) {
    if (input == 0) {
      runtime().core().control(status);
    }
  }

  @Override
  public void processLatencyMarker1(LatencyMarker marker) {
    runtime().core().control(marker);
  }

  @Override
  public void processLatencyMarker2(LatencyMarker marker) {}

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    runtime().core().drain(FlushReason.CHECKPOINT);
  }

  @Override
  public void endInput(int input) throws Exception {
    if (input == 1) {
      runtime().core().drain(FlushReason.END_OF_INPUT);
    }
  }

  @Override
  public void finish() throws Exception {
    runtime().finish();
    super.finish();
  }

  @Override
  public void close() throws Exception {
    InferenceRuntime<T, OUT> running = runtime;
    runtime = null;
    if (running != null) {
      running.close();
    }
    super.close();
  }
}
