package io.millrace.connectors.files;

import io.millrace.flink.ValueSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Outcomes in transit, where something keeps the operators from being chained. */
final class FileOutcomeSerializer extends ValueSerializer<FileOutcome> {
  private static final long serialVersionUID = 1L;

  @Override
  public void serialize(FileOutcome outcome, DataOutputView target) throws IOException {
    target.writeUTF(outcome.path());
    target.writeInt(outcome.split());
    target.writeUTF(outcome.partition());
    target.writeLong(outcome.version());
    target.writeInt(outcome.line().length);
    target.write(outcome.line());
  }

  @Override
  public FileOutcome deserialize(DataInputView source) throws IOException {
    String path = source.readUTF();
    int split = source.readInt();
    String partition = source.readUTF();
    long version = source.readLong();
    byte[] line = new byte[source.readInt()];
    source.readFully(line);
    return new FileOutcome(path, split, partition, version, line);
  }

  @Override
  public TypeSerializerSnapshot<FileOutcome> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The form of {@link #serialize}. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<FileOutcome> {
    public Snapshot() {
      super(FileOutcomeSerializer::new);
    }
  }
}
