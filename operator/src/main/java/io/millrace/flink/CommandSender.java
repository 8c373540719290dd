package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Hands the commands of one model to the JobManager, which sends them to the subtasks. A command
 * that is read before a checkpoint may reach them behind it, so that neither the source nor their
 * state would have it after a failure: it is kept here, and sent again at a start.
 */
final class CommandSender extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<Command, Void> {
  private static final long serialVersionUID = 1L;

  private static final ListStateDescriptor<Command> STATE =
      new ListStateDescriptor<>("millrace-commands", CommandSerializer.typeInformation());

  private final String model;
  private final transient OperatorEventGateway coordinator;
  private final transient RecentCommands recent = new RecentCommands();
  private transient @Nullable ListState<Command> state;

  private CommandSender(
      StreamOperatorParameters<Void> parameters, String model, OperatorEventGateway coordinator) {
    super(parameters);
    this.model = model;
    this.coordinator = coordinator;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    ListState<Command> stored = context.getOperatorStateStore().getListState(STATE);
    stored.get().forEach(recent::add);
    state = stored;
  }

  @Override
  public void open() throws Exception {
    super.open();
    List<Command> known = recent.all();
    if (!known.isEmpty()) {
      coordinator.sendEventToCoordinator(new CommandEvent(known, true));
    }
  }

  @Override
  public void processElement(StreamRecord<Command> element) {
    Command command = element.getValue();
    if (command.model().equals(model)) {
      recent.add(command);
      coordinator.sendEventToCoordinator(new CommandEvent(List.of(command), false));
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    Objects.requireNonNull(state, "initializeState comes before a snapshot").update(recent.all());
  }

  /** Makes the operator, which has one subtask. */
  static final class Factory extends AbstractStreamOperatorFactory<Void>
      implements OneInputStreamOperatorFactory<Command, Void>, CoordinatedOperatorFactory<Void> {
    private static final long serialVersionUID = 1L;

    private final String model;
    private final String path;

    /**
     * @param path as {@link CommandCoordinator#provider} takes it
     */
    Factory(String model, String path) {
      this.model = model;
      this.path = path;
    }

    @Override
    @SuppressWarnings("unchecked") // As getStreamOperatorClass says.
    public <O extends StreamOperator<Void>> O createStreamOperator(
        StreamOperatorParameters<Void> parameters) {
      OperatorID id = parameters.getStreamConfig().getOperatorID();
      return (O)
          new CommandSender(
              parameters,
              model,
              parameters.getOperatorEventDispatcher().getOperatorEventGateway(id));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
      return CommandSender.class;
    }

    @Override
    public OperatorCoordinator.Provider getCoordinatorProvider(
        String operatorName, OperatorID operator) {
      return CommandCoordinator.provider(operator, path, CommandCoordinator.End.SENDER);
    }
  }
}
