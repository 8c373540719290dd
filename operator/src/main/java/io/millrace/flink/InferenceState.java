package io.millrace.flink;

import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.OperatorStateStore;

/**
 * What the operator keeps in broadcast state, the same in all shells, so that a savepoint of one
 * restores into another.
 *
 * @param serving the version that scores and the commands, where versions come by commands
 * @param byTime the timeline, where versions go by event time
 */
record InferenceState(BroadcastState<String, ServingState> serving, EventTimeState byTime) {
  static InferenceState of(OperatorStateStore store) throws Exception {
    return new InferenceState(
        store.getBroadcastState(InferenceRuntime.STATE), EventTimeState.of(store));
  }
}
