package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.legacy.YieldingOperatorFactory;

/**
 * Makes the operator in either shell. Flink hands a mailbox only to factories of the legacy
 * yielding kind (2.3.0: without it the task fails with a NullPointerException at its start).
 */
final class InferenceOperatorFactory<T, OUT> extends AbstractStreamOperatorFactory<OUT>
    implements TwoInputStreamOperatorFactory<T, Command, OUT>,
        OneInputStreamOperatorFactory<T, OUT>,
        YieldingOperatorFactory<OUT> {
  private static final long serialVersionUID = 1L;

  private final InferenceSettings settings;
  private final InferenceFunctions<T, OUT> functions;
  private final List<Command> initial;
  private final boolean broadcast;
  private final boolean codeDecides;

  /**
   * @param initial commands that count where there is no state to restore
   * @param broadcast whether there is a second input
   * @param codeDecides whether a version that the code names overrules a stored one; only without a
   *     second input
   */
  InferenceOperatorFactory(
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      List<Command> initial,
      boolean broadcast,
      boolean codeDecides) {
    this.settings = settings;
    this.functions = functions;
    this.initial = List.copyOf(initial);
    this.broadcast = broadcast;
    this.codeDecides = codeDecides;
  }

  @Override
  @SuppressWarnings("unchecked") // The shells are the operators that this factory names below.
  public <O extends StreamOperator<OUT>> O createStreamOperator(
      StreamOperatorParameters<OUT> parameters) {
    return broadcast
        ? (O)
            new BroadcastInferenceOperator<>(
                parameters, settings, functions, initial, getMailboxExecutor())
        : (O)
            new ChainedInferenceOperator<>(
                parameters, settings, functions, initial, codeDecides, getMailboxExecutor());
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return broadcast ? BroadcastInferenceOperator.class : ChainedInferenceOperator.class;
  }
}
