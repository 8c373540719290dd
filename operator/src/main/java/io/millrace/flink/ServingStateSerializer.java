package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.Timeline;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
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
  private static final int UNKNOWN_RANK = -1;

  private ServingStateSerializer() {}

  @Override
  public void serialize(ServingState state, DataOutputView target) throws IOException {
    target.writeByte(FORMAT);
    Timeline.Snapshot timeline = state.timeline();
    target.writeLong(timeline.floor());
    writeCommands(timeline.published(), target);
    target.writeInt(timeline.history().size());
    for (long version : timeline.history()) {
      target.writeLong(version);
    }
    writeCommands(timeline.commands(), target);
    Publish serving = state.serving();
    writeCommands(serving == null ? List.of() : List.of(serving), target);
    ServingSchema schema = state.schema();
    target.writeBoolean(schema != null);
    if (schema != null) {
      target.writeUTF(schema.signature().name());
      writeSpecs(schema.signature().inputs(), target);
      writeSpecs(schema.signature().outputs(), target);
      target.writeBoolean(schema.batched());
    }
  }

  @Override
  public ServingState deserialize(DataInputView source) throws IOException {
    requireFormat(source.readByte(), FORMAT, "model state");
    long floor = source.readLong();
    List<Publish> published = readCommands(source).stream().map(Publish.class::cast).toList();
    int activations = source.readInt();
    List<Long> history = new ArrayList<>();
    for (int i = 0; i < activations; i++) {
      history.add(source.readLong());
    }
    List<Command> commands = readCommands(source);
    List<Command> serving = readCommands(source);
    ServingSchema schema =
        source.readBoolean()
            ? new ServingSchema(
                new Signature(source.readUTF(), readSpecs(source), readSpecs(source)),
                source.readBoolean())
            : null;
    return new ServingState(
        new Timeline.Snapshot(floor, published, history, commands),
        serving.isEmpty() ? null : (Publish) serving.get(0),
        schema);
  }

  private static void writeCommands(List<? extends Command> commands, DataOutputView target)
      throws IOException {
    target.writeInt(commands.size());
    for (Command command : commands) {
      CommandSerializer.INSTANCE.serialize(command, target);
    }
  }

  private static List<Command> readCommands(DataInputView source) throws IOException {
    int count = source.readInt();
    List<Command> commands = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      commands.add(CommandSerializer.INSTANCE.deserialize(source));
    }
    return commands;
  }

  private static void writeSpecs(List<TensorSpec> specs, DataOutputView target) throws IOException {
    target.writeInt(specs.size());
    for (TensorSpec spec : specs) {
      target.writeUTF(spec.name());
      target.writeInt(spec.type().number());
      Shape shape = spec.shape();
      target.writeInt(shape.hasRank() ? shape.rank() : UNKNOWN_RANK);
      for (int i = 0; shape.hasRank() && i < shape.rank(); i++) {
        target.writeLong(shape.dimension(i));
      }
    }
  }

  private static List<TensorSpec> readSpecs(DataInputView source) throws IOException {
    int count = source.readInt();
    List<TensorSpec> specs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = source.readUTF();
      ElementType type = ElementType.ofNumber(source.readInt());
      int rank = source.readInt();
      long[] dimensions = new long[Math.max(rank, 0)];
      for (int d = 0; d < dimensions.length; d++) {
        dimensions[d] = source.readLong();
      }
      specs.add(
          new TensorSpec(
              name, type, rank == UNKNOWN_RANK ? Shape.unknownRank() : Shape.of(dimensions)));
    }
    return specs;
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
