package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a timeline in state: its commands, the bytes that versions were found to have,
 * and how far the stream was. Belongs to the task thread.
 */
final class EventTimeState {
  private static final MapStateDescriptor<Long, Command> COMMANDS =
      new MapStateDescriptor<>(
          "millrace-timeline", Types.LONG, CommandSerializer.typeInformation());
  private static final MapStateDescriptor<Long, String> DIGESTS =
      new MapStateDescriptor<>("millrace-timeline-digests", Types.LONG, Types.STRING);
  private static final MapStateDescriptor<String, Long> WATERMARK =
      new MapStateDescriptor<>("millrace-timeline-watermark", Types.STRING, Types.LONG);

  private final BroadcastState<Long, Command> commands;
  private final BroadcastState<Long, String> digests;
  private final BroadcastState<String, Long> watermark;

  private EventTimeState(
      BroadcastState<Long, Command> commands,
      BroadcastState<Long, String> digests,
      BroadcastState<String, Long> watermark) {
    this.commands = commands;
    this.digests = digests;
    this.watermark = watermark;
  }

  static EventTimeState of(OperatorStateStore store) throws Exception {
    return new EventTimeState(
        store.getBroadcastState(COMMANDS),
        store.getBroadcastState(DIGESTS),
        store.getBroadcastState(WATERMARK));
  }

  List<Publish> commands() throws Exception {
    List<Publish> all = new ArrayList<>();
    for (Map.Entry<Long, Command> entry : commands.entries()) {
      all.add((Publish) entry.getValue());
    }
    return all;
  }

  void add(Publish command) throws Exception {
    commands.put(command.sequence(), command);
  }

  /** The order for the very bytes that this version had when it was loaded first. */
  Publish pinned(Publish version) throws Exception {
    return version.digest() == null ? version.withDigest(digests.get(version.version())) : version;
  }

  void pin(Publish version) throws Exception {
    digests.put(version.version(), String.valueOf(version.digest()));
  }

  /** Where the stream was when the present version had just begun; null at a fresh start. */
  @Nullable Long watermark(String model) throws Exception {
    return watermark.get(model);
  }

  void watermark(String model, long timestampMillis) throws Exception {
    watermark.put(model, timestampMillis);
  }
}
