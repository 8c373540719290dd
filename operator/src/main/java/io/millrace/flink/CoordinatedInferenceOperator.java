package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.apache.flink.runtime.operators.coordination.OperatorEventDispatcher;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.operators.coordination.OperatorEventHandler;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.ExceptionUtils;

/**
 * The shell with one input that takes commands nevertheless: they come from the JobManager, between
 * two records. Chained to the operator before it.
 */
final class CoordinatedInferenceOperator<T, OUT> extends ChainedInferenceOperator<T, OUT>
    implements OperatorEventHandler {
  private static final long serialVersionUID = 1L;

  private final transient OperatorEventGateway coordinator;

  private CoordinatedInferenceOperator(
      StreamOperatorParameters<OUT> parameters,
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      List<Command> initial,
      MailboxExecutor mailbox,
      OperatorEventGateway coordinator) {
    super(parameters, settings, functions, initial, false, mailbox);
    this.coordinator = coordinator;
  }

  @Override
  public void open() throws Exception {
    super.open();
    coordinator.sendEventToCoordinator(ReceiverEvent.OPEN);
  }

  @Override
  public void finish() throws Exception {
    super.finish();
    coordinator.sendEventToCoordinator(ReceiverEvent.FINISHED);
  }

  @Override
  public void handleOperatorEvent(OperatorEvent event) {
    if (!(event instanceof CommandEvent received)) {
      throw new IllegalArgumentException("unexpected event of " + event.getClass());
    }
    try {
      control().accept(received.commands(), received.again());
    } catch (Exception e) {
      // Flink's interface has no checked exceptions; the task fails with the cause as it is.
      ExceptionUtils.rethrow(e);
    }
  }

  /** Makes the operator, and what sends it commands from the JobManager. */
  static final class Factory<T, OUT> extends InferenceOperatorFactory<T, OUT>
      implements OneInputStreamOperatorFactory<T, OUT>, CoordinatedOperatorFactory<OUT> {
    private static final long serialVersionUID = 1L;

    private final String path;

    /**
     * @param path as {@link CommandCoordinator#provider} takes it
     */
    Factory(
        InferenceSettings settings,
        InferenceFunctions<T, OUT> functions,
        List<Command> initial,
        String path) {
      super(settings, functions, initial);
      this.path = path;
    }

    @Override
    InferenceOperator<T, OUT> create(StreamOperatorParameters<OUT> parameters) {
      OperatorEventDispatcher events = parameters.getOperatorEventDispatcher();
      OperatorID id = parameters.getStreamConfig().getOperatorID();
      CoordinatedInferenceOperator<T, OUT> operator =
          new CoordinatedInferenceOperator<>(
              parameters,
              settings,
              functions,
              initial,
              getMailboxExecutor(),
              events.getOperatorEventGateway(id));
      events.registerEventHandler(id, operator);
      return operator;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
      return CoordinatedInferenceOperator.class;
    }

    @Override
    public OperatorCoordinator.Provider getCoordinatorProvider(
        String operatorName, OperatorID operator) {
      return CommandCoordinator.provider(operator, path, CommandCoordinator.End.RECEIVER);
    }
  }
}
