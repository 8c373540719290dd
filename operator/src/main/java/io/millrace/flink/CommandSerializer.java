package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Retire;
import io.millrace.model.Command.Rollback;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Commands on the wire and in broadcast state: a format version, a kind, the fields. */
public final class CommandSerializer extends ValueSerializer<Command> {
  private static final long serialVersionUID = 1L;

  static final CommandSerializer INSTANCE = new CommandSerializer();

  private static final int FORMAT = 1;
  private static final int PUBLISH = 1;
  private static final int ACTIVATE = 2;
  private static final int ROLLBACK = 3;
  private static final int RETIRE = 4;

  private CommandSerializer() {}

  /** The type of a stream of commands. */
  public static TypeInformation<Command> typeInformation() {
    return ValueTypeInformation.of(Command.class, INSTANCE);
  }

  @Override
  public void serialize(Command command, DataOutputView target) throws IOException {
    target.writeByte(FORMAT);
    target.writeUTF(command.model());
    target.writeLong(command.sequence());
    if (command instanceof Publish publish) {
      target.writeByte(PUBLISH);
      target.writeLong(publish.version());
      target.writeUTF(publish.uri().toString());
      writeNullable(publish.digest(), target);
      target.writeBoolean(publish.activate());
      Instant from = publish.effectiveFrom();
      writeNullable(from == null ? null : from.toString(), target);
    } else if (command instanceof Activate activate) {
      target.writeByte(ACTIVATE);
      target.writeLong(activate.version());
    } else if (command instanceof Rollback rollback) {
      target.writeByte(ROLLBACK);
      target.writeBoolean(rollback.version() != null);
      target.writeLong(rollback.version() == null ? 0 : rollback.version());
    } else if (command instanceof Retire retire) {
      target.writeByte(RETIRE);
      target.writeLong(retire.version());
    }
  }

  @Override
  public Command deserialize(DataInputView source) throws IOException {
    requireFormat(source.readByte(), FORMAT, "command");
    String model = source.readUTF();
    long sequence = source.readLong();
    int kind = source.readByte();
    return switch (kind) {
      case PUBLISH -> {
        long version = source.readLong();
        URI uri = URI.create(source.readUTF());
        String digest = readNullable(source);
        boolean activate = source.readBoolean();
        String from = readNullable(source);
        yield new Publish(
            model,
            version,
            uri,
            digest,
            sequence,
            activate,
            from == null ? null : Instant.parse(from));
      }
      case ACTIVATE -> new Activate(model, source.readLong(), sequence);
      case ROLLBACK -> {
        boolean named = source.readBoolean();
        long version = source.readLong();
        yield new Rollback(model, named ? Long.valueOf(version) : null, sequence);
      }
      case RETIRE -> new Retire(model, source.readLong(), sequence);
      default -> throw new IOException("stored command of unknown kind " + kind);
    };
  }

  static void writeNullable(@Nullable String value, DataOutputView target) throws IOException {
    target.writeBoolean(value != null);
    if (value != null) {
      target.writeUTF(value);
    }
  }

  static @Nullable String readNullable(DataInputView source) throws IOException {
    return source.readBoolean() ? source.readUTF() : null;
  }

  @Override
  public TypeSerializerSnapshot<Command> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Written beside the state; the format version inside each value tells releases apart. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Command> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
