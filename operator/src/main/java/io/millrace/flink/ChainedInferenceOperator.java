package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/** The shell with one input, chained to the operator before it; by itself of a fixed version. */
class ChainedInferenceOperator<T, OUT> extends InferenceOperator<T, OUT>
    implements OneInputStreamOperator<T, OUT>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  ChainedInferenceOperator(
      StreamOperatorParameters<OUT> parameters,
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      List<Command> initial,
      boolean codeDecides,
      MailboxExecutor mailbox) {
    super(parameters, settings, functions, initial, codeDecides, mailbox);
  }

  @Override
  final @Nullable TypeSerializer<T> copier(InferenceSettings operatorSettings) {
    TypeSerializer<T> input = getOperatorConfig().getTypeSerializerIn(0, getUserCodeClassloader());
    return operatorSettings.copyRecords()
            && getExecutionConfig().isObjectReuseEnabled()
            && !input.isImmutableType()
        ? input
        : null;
  }

  @Override
  public final void processElement(StreamRecord<T> element) throws Exception {
    core().process(element);
  }

  @Override
  public final void processWatermark(Watermark watermark) throws Exception {
    advance(watermark);
  }

  @Override
  public final void processWatermarkStatus(WatermarkStatus status) {
    core().control(status);
  }

  @Override
  public final void processLatencyMarker(LatencyMarker marker) {
    core().control(marker);
  }

  @Override
  public final void endInput() throws Exception {
    core().drain(FlushReason.END_OF_INPUT);
  }

  /** Makes the operator. */
  static final class Factory<T, OUT> extends InferenceOperatorFactory<T, OUT>
      implements OneInputStreamOperatorFactory<T, OUT> {
    private static final long serialVersionUID = 1L;

    private final boolean codeDecides;

    /**
     * @param codeDecides whether a version that the code names overrules a stored one
     */
    Factory(
        InferenceSettings settings,
        InferenceFunctions<T, OUT> functions,
        List<Command> initial,
        boolean codeDecides) {
      super(settings, functions, initial);
      this.codeDecides = codeDecides;
    }

    @Override
    InferenceOperator<T, OUT> create(StreamOperatorParameters<OUT> parameters) {
      return new ChainedInferenceOperator<>(
          parameters, settings, functions, initial, codeDecides, getMailboxExecutor());
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
      return ChainedInferenceOperator.class;
    }
  }
}
