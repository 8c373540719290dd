package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link ServingState} in broadcast state: a format version, then the fields. */
public final class ServingStateSerializer extends ValueSerializer<ServingState> {
  private static final long serialVersionUID = 1L;

  static final ServingStateSerializer INSTANCE = new ServingStateSerializer();

  private static final int FORMAT = 1;

  private ServingStateSerializer() {}

  @Override
  public void serialize(ServingState state, DataOutputView target) throws IOException {
    target.writeByte(FORMAT);
    target.writeLong(state.floor());
    target.writeInt(state.commands().size());
    for (Command command : state.commands()) {
      CommandSerializer.INSTANCE.serialize(command, target);
    }
    Publish serving = state.serving();
    target.writeBoolean(serving != null);
    if (serving != null) {
      CommandSerializer.INSTANCE.serialize(serving, target);
    }
  }

  @Override
  public ServingState deserialize(DataInputView source) throws IOException {
    int format = source.readByte();
    if (format != FORMAT) {
      throw new IOException(
          "stored model state of format "
              + format
              + ": expected "
              + FORMAT
              + "; restore it with the release that wrote it, or a later one");
    }
    long floor = source.readLong();
    int count = source.readInt();
    List<Command> commands = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      commands.add(CommandSerializer.INSTANCE.deserialize(source));
    }
    Publish serving =
        source.readBoolean() ? (Publish) CommandSerializer.INSTANCE.deserialize(source) : null;
    return new ServingState(floor, commands, serving);
  }

  @Override
  public TypeSerializerSnapshot<ServingState> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Written beside the state; the format version inside each value tells releases apart. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ServingState> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
