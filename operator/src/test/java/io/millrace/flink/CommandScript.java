package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/** A stream of commands that a test sends while the job runs; replayed as a topic would be. */
final class CommandScript {
  private static final List<Command> SENT = new CopyOnWriteArrayList<>();
  private static final AtomicReference<@Nullable Command> BEFORE_BARRIER = new AtomicReference<>();

  private CommandScript() {}

  static void reset() {
    SENT.clear();
    BEFORE_BARRIER.set(null);
  }

  static void send(Command command) {
    SENT.add(command);
  }

  /** Sends a command at the next checkpoint, so late that it is the last thing ahead of it. */
  static void sendBeforeBarrier(Command command) {
    BEFORE_BARRIER.set(command);
  }

  static DataStream<Command> stream(StreamExecutionEnvironment env) {
    return env.addSource(new Source(), "commands", CommandSerializer.typeInformation())
        .uid("commands")
        .transform("late commands", CommandSerializer.typeInformation(), new LateCommands())
        .setParallelism(1);
  }

  /** Reads what was sent from where its state says. */
  private static final class Source implements SourceFunction<Command>, CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    private int next;
    private volatile boolean cancelled;
    private transient ListState<Integer> state;

    @Override
    public void run(SourceContext<Command> context) {
      while (!cancelled) {
        if (next < SENT.size()) {
          synchronized (context.getCheckpointLock()) {
            context.collect(SENT.get(next++));
          }
        } else {
          LockSupport.parkNanos(1_000_000);
        }
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      state =
          context
              .getOperatorStateStore()
              .getListState(new ListStateDescriptor<>("next", Types.INT));
      for (int stored : state.get()) {
        next = stored;
      }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      state.update(List.of(next));
    }
  }

  private static final class LateCommands extends AbstractStreamOperator<Command>
      implements OneInputStreamOperator<Command, Command> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(StreamRecord<Command> element) {
      output.collect(element);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
      Command late = BEFORE_BARRIER.getAndSet(null);
      if (late != null) {
        output.collect(new StreamRecord<>(late));
      }
    }
  }
}
