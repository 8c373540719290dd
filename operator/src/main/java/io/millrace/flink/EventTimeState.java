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
  private static final MapStateDescriptor<String, String> DIGESTS =
      new MapStateDescriptor<>("millrace-timeline-files", Types.STRING, Types.STRING);
  private static final MapStateDescriptor<String, Long> WATERMARK =
      new MapStateDescriptor<>("millrace-timeline-watermark", Types.STRING, Types.LONG);

  private final BroadcastState<Long, Command> commands;
  private final BroadcastState<String, String> digests;
  private final BroadcastState<String, Long> watermark;

  private EventTimeState(
      BroadcastState<Long, Command> commands,
      BroadcastState<String, String> digests,
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

  /** Without those of another model, that the job may have scored with before. */
  List<Publish> commands(String model) throws Exception {
    List<Publish> known = new ArrayList<>();
    for (Map.Entry<Long, Command> entry : commands.entries()) {
      if (entry.getValue() instanceof Publish publish && publish.model().equals(model)) {
        known.add(publish);
      }
    }
    return known;
  }

  void add(Publish command) throws Exception {
    commands.put(command.sequence(), command);
  }

  /** The order for the very bytes that this version had when it was loaded first. */
  Publish pinned(Publish version) throws Exception {
    return version.digest() == null ? version.withDigest(digests.get(key(version))) : version;
  }

  /** Whether this version's bytes have been loaded. */
  boolean hasBeenLoaded(Publish version) throws Exception {
    String digest = digests.get(key(version));
    return digest != null && (version.digest() == null || version.digest().equals(digest));
  }

  void pin(Publish version) throws Exception {
    digests.put(key(version), String.valueOf(version.digest()));
  }

  private static String key(Publish version) {
    return version.model() + "/" + version.version();
  }

  /** Where the stream was when the present version had just begun; null at a fresh start. */
  @Nullable Long watermark(String model) throws Exception {
    return watermark.get(model);
  }

  void watermark(String model, long timestampMillis) throws Exception {
    watermark.put(model, timestampMillis);
  }
}
