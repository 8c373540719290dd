package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/** The shell with one input, chained to the operator before it: a fixed version. */
final class ChainedInferenceOperator<T, OUT> extends InferenceOperator<T, OUT>
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
  @Nullable TypeSerializer<T> copier(InferenceSettings operatorSettings) {
    TypeSerializer<T> input = getOperatorConfig().getTypeSerializerIn(0, getUserCodeClassloader());
    return operatorSettings.copyRecords()
            && getExecutionConfig().isObjectReuseEnabled()
            && !input.isImmutableType()
        ? input
        : null;
  }

  @Override
  public void processElement(StreamRecord<T> element) throws Exception {
    core().process(element);
  }

  @Override
  public void processWatermark(Watermark watermark) {
    core().control(watermark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) {
    core().control(status);
  }

  @Override
  public void processLatencyMarker(LatencyMarker marker) {
    core().control(marker);
  }

  @Override
  public void endInput() throws Exception {
    core().drain(FlushReason.END_OF_INPUT);
  }
}
