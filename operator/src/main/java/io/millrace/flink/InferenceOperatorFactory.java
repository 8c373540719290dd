package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.legacy.YieldingOperatorFactory;

/**
 * What the factories of the shells have in common. Flink hands a mailbox only to factories of the
 * legacy yielding kind (2.3.0: without it the task fails with a NullPointerException at its start).
 */
abstract class InferenceOperatorFactory<T, OUT> extends AbstractStreamOperatorFactory<OUT>
    implements YieldingOperatorFactory<OUT> {
  private static final long serialVersionUID = 1L;

  final InferenceSettings settings;
  final InferenceFunctions<T, OUT> functions;
  final List<Command> initial;

  /**
   * @param initial commands that count where there is no state to restore
   */
  InferenceOperatorFactory(
      InferenceSettings settings, InferenceFunctions<T, OUT> functions, List<Command> initial) {
    this.settings = settings;
    this.functions = functions;
    this.initial = List.copyOf(initial);
    setChainingStrategy(ChainingStrategy.ALWAYS);
  }

  abstract InferenceOperator<T, OUT> create(StreamOperatorParameters<OUT> parameters);

  @Override
  @SuppressWarnings("unchecked") // As getStreamOperatorClass says.
  public final <O extends StreamOperator<OUT>> O createStreamOperator(
      StreamOperatorParameters<OUT> parameters) {
    return (O) create(parameters);
  }
}
