package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.messages.Acknowledge;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator.SubtaskGateway;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandBoardTest {
  private final CommandBoard board = new CommandBoard();

  /** Keeps what an attempt of a subtask is sent. */
  private static final class RecordingGateway implements SubtaskGateway {
    private final ExecutionAttemptID execution = ExecutionAttemptID.randomId();
    private final int subtask;
    private final List<OperatorEvent> sent = new ArrayList<>();

    RecordingGateway(int subtask) {
      this.subtask = subtask;
    }

    @Override
    public CompletableFuture<Acknowledge> sendEvent(OperatorEvent event) {
      sent.add(event);
      return CompletableFuture.completedFuture(Acknowledge.get());
    }

    @Override
    public ExecutionAttemptID getExecution() {
      return execution;
    }

    @Override
    public int getSubtask() {
      return subtask;
    }
  }

  private static Command command(long sequence) {
    return new Activate("m", 1, sequence);
  }

  /** Commands that the receiver may have had before. */
  private static CommandEvent again(long... sequences) {
    return event(true, sequences);
  }

  /** Commands that were read just now. */
  private static CommandEvent read(long... sequences) {
    return event(false, sequences);
  }

  private static CommandEvent event(boolean again, long... sequences) {
    return new CommandEvent(
        LongStream.of(sequences).mapToObj(CommandBoardTest::command).toList(), again);
  }

  private RecordingGateway started(int subtask) {
    RecordingGateway gateway = new RecordingGateway(subtask);
    board.started(subtask, gateway);
    return gateway;
  }

  private RecordingGateway open(int subtask) {
    RecordingGateway gateway = started(subtask);
    board.opened(subtask);
    return gateway;
  }

  @Test
  void post_goesToEverySubtaskThatIsOpenAlone() {
    RecordingGateway first = open(0);
    RecordingGateway second = open(1);
    RecordingGateway onlyStarted = started(2);
    board.opened(3);
    board.post(read(1));
    assertThat(first.sent).containsExactly(read(1));
    assertThat(second.sent).containsExactly(read(1));
    assertThat(onlyStarted.sent).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void opened_getsEveryCommandSoFarOnceItRunsToo(boolean startedFirst) {
    board.post(read(7));
    board.post(read(3, 5));
    RecordingGateway gateway = new RecordingGateway(0);
    if (startedFirst) {
      board.started(0, gateway);
      assertThat(gateway.sent).isEmpty();
      board.opened(0);
    } else {
      board.opened(0);
      board.started(0, gateway);
    }
    assertThat(gateway.sent).containsExactly(again(3, 5, 7));
  }

  @Test
  void opened_withoutACommandYet_getsNothing() {
    assertThat(open(0).sent).isEmpty();
  }

  @Test
  void post_whatIsReadASecondTime_goesOnAsSomethingThatMayBeKnown() {
    RecordingGateway gateway = open(0);
    board.post(read(1));
    board.post(read(1));
    board.post(read(1));
    // What is too old to count is reported for the first of these alone.
    assertThat(gateway.sent).containsExactly(read(1), again(1), again(1));
  }

  @Test
  void post_anotherCommandOfAKnownSequence_goesOnToBeRefusedAndIsNotKept() {
    RecordingGateway gateway = open(0);
    CommandEvent other = new CommandEvent(List.of(new Activate("m", 2, 1)), false);
    board.post(read(1));
    board.post(other);
    assertThat(gateway.sent).containsExactly(read(1), new CommandEvent(other.commands(), true));
    assertThat(open(1).sent).containsExactly(again(1));
  }

  @Test
  void post_againOfARestartedSender_addsOnlyWhatTheBoardLacks() {
    RecordingGateway gateway = open(0);
    board.post(read(1));
    board.post(again(1));
    board.post(again(1, 2));
    assertThat(gateway.sent).containsExactly(read(1), again(2));
  }

  @Test
  void left_getsNothingUntilItsNextAttemptIsOpen() {
    RecordingGateway failed = open(0);
    board.left(0);
    board.post(read(1));
    RecordingGateway next = started(0);
    board.post(read(2));
    assertThat(next.sent).isEmpty();
    board.opened(0);
    board.post(read(3));
    assertThat(failed.sent).isEmpty();
    assertThat(next.sent).containsExactly(again(1, 2), read(3));
  }

  @Test
  void clear_forgetsCommandsAndSubtasks() {
    RecordingGateway before = open(0);
    board.post(read(1));
    board.clear();
    board.post(read(2));
    assertThat(before.sent).containsExactly(read(1));
    assertThat(open(0).sent).containsExactly(again(2));
  }
}
