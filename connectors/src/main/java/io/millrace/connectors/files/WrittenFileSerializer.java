package io.millrace.connectors.files;

import io.millrace.flink.ValueSerializer;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Files on their way to the one that makes them show. */
final class WrittenFileSerializer extends ValueSerializer<WrittenFile> {
  private static final long serialVersionUID = 1L;

  @Override
  public void serialize(WrittenFile file, DataOutputView target) throws IOException {
    target.writeUTF(file.name());
    target.writeInt(file.scored().size());
    for (Map.Entry<Long, Long> version : file.scored().entrySet()) {
      target.writeLong(version.getKey());
      target.writeLong(version.getValue());
    }
    target.writeLong(file.deadLetters());
    target.writeLong(file.bytes());
    target.writeInt(file.checksum());
    target.writeInt(file.recoverable().length);
    target.write(file.recoverable());
  }

  @Override
  public WrittenFile deserialize(DataInputView source) throws IOException {
    String name = source.readUTF();
    SortedMap<Long, Long> scored = new TreeMap<>();
    for (int rest = source.readInt(); rest > 0; rest--) {
      long version = source.readLong();
      scored.put(version, source.readLong());
    }
    long deadLetters = source.readLong();
    long bytes = source.readLong();
    int checksum = source.readInt();
    byte[] recoverable = new byte[source.readInt()];
    source.readFully(recoverable);
    return new WrittenFile(name, scored, deadLetters, bytes, checksum, recoverable);
  }

  @Override
  public TypeSerializerSnapshot<WrittenFile> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The form of {@link #serialize}. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<WrittenFile> {
    public Snapshot() {
      super(WrittenFileSerializer::new);
    }
  }
}
