package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.jspecify.annotations.Nullable;

/**
 * What all shells have in common: state, life cycle, and draining before a barrier and at the end.
 * A shell adds its inputs.
 */
abstract class InferenceOperator<T, OUT> extends AbstractStreamOperator<OUT> {
  private static final long serialVersionUID = 1L;

  private final InferenceSettings settings;
  private final InferenceFunctions<T, OUT> functions;
  private final List<Command> initial;
  private final boolean codeDecides;
  private final transient MailboxExecutor mailbox;

  private transient @Nullable InferenceState state;
  private transient @Nullable InferenceRuntime<T, OUT> runtime;

  InferenceOperator(
      StreamOperatorParameters<OUT> parameters,
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      List<Command> initial,
      boolean codeDecides,
      MailboxExecutor mailbox) {
    super(parameters);
    this.settings = settings;
    this.functions = functions;
    this.initial = initial;
    this.codeDecides = codeDecides;
    this.mailbox = mailbox;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    state = InferenceState.of(context.getOperatorStateStore());
  }

  @Override
  public void open() throws Exception {
    super.open();
    InferenceRuntime<T, OUT> opened =
        InferenceRuntime.create(
            settings,
            functions,
            getRuntimeContext(),
            output,
            getProcessingTimeService(),
            mailbox,
            copier(settings),
            Objects.requireNonNull(state, "initializeState comes before open"));
    runtime = opened;
    opened.start(initial, codeDecides);
  }

  /** What copies records that must not change while they wait in a batch; null if none may. */
  abstract @Nullable TypeSerializer<T> copier(InferenceSettings operatorSettings);

  /** The record path. */
  final InferenceCore<T, OUT> core() {
    return runtime().core();
  }

  /** The control path. */
  final ModelControl control() {
    return runtime().control();
  }

  /** Event time goes on: for what chooses versions by it at once, downstream behind the records. */
  final void advance(Watermark watermark) throws Exception {
    runtime().advance(watermark);
  }

  private InferenceRuntime<T, OUT> runtime() {
    return Objects.requireNonNull(runtime, "the operator is not open");
  }

  @Override
  public final void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    core().drain(FlushReason.CHECKPOINT);
  }

  @Override
  public void finish() throws Exception {
    runtime().finish();
    super.finish();
  }

  @Override
  public final void close() throws Exception {
    InferenceRuntime<T, OUT> running = runtime;
    runtime = null;
    if (running != null) {
      running.close();
    }
    super.close();
  }
}
