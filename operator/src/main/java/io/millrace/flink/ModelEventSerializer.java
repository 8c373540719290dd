package io.millrace.flink;

import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Events on their way to a sink, which an unaligned checkpoint may store. */
public final class ModelEventSerializer extends ValueSerializer<ModelEvent> {
  private static final long serialVersionUID = 1L;

  static final ModelEventSerializer INSTANCE = new ModelEventSerializer();

  private static final int FORMAT = 1;

  private ModelEventSerializer() {}

  /** The type of a stream of events. */
  public static TypeInformation<ModelEvent> typeInformation() {
    return ValueTypeInformation.of(ModelEvent.class, INSTANCE);
  }

  @Override
  public void serialize(ModelEvent event, DataOutputView target) throws IOException {
    target.writeByte(FORMAT);
    target.writeLong(event.time().getEpochSecond());
    target.writeInt(event.time().getNano());
    target.writeUTF(event.job());
    target.writeInt(event.subtask());
    target.writeInt(event.parallelism());
    target.writeUTF(event.model());
    target.writeLong(event.version());
    CommandSerializer.writeNullable(event.digest(), target);
    target.writeUTF(event.state().name());
    target.writeBoolean(event.active());
    ModelReason reason = event.reason();
    CommandSerializer.writeNullable(reason == null ? null : reason.name(), target);
    writeBounded(event.message(), target);
    LoadTimes times = event.times();
    target.writeLong(times.fetch().toNanos());
    target.writeLong(times.verify().toNanos());
    target.writeLong(times.load().toNanos());
    target.writeLong(times.warmUp().toNanos());
    target.writeLong(times.switchOver().toNanos());
  }

  @Override
  public ModelEvent deserialize(DataInputView source) throws IOException {
    requireFormat(source.readByte(), FORMAT, "event");
    Instant time = Instant.ofEpochSecond(source.readLong(), source.readInt());
    String job = source.readUTF();
    int subtask = source.readInt();
    int parallelism = source.readInt();
    String model = source.readUTF();
    long version = source.readLong();
    String digest = CommandSerializer.readNullable(source);
    VersionState state = VersionState.valueOf(source.readUTF());
    boolean active = source.readBoolean();
    String reason = CommandSerializer.readNullable(source);
    String message = source.readUTF();
    LoadTimes times =
        new LoadTimes(
            Duration.ofNanos(source.readLong()),
            Duration.ofNanos(source.readLong()),
            Duration.ofNanos(source.readLong()),
            Duration.ofNanos(source.readLong()),
            Duration.ofNanos(source.readLong()));
    return new ModelEvent(
        time,
        job,
        subtask,
        parallelism,
        model,
        version,
        digest,
        state,
        active,
        reason == null ? null : ModelReason.valueOf(reason),
        message,
        times);
  }

  @Override
  public TypeSerializerSnapshot<ModelEvent> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The format version inside each value tells releases apart. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ModelEvent> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
