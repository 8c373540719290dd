package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;

/**
 * What {@code variables.index} says: the saved tensors and the shards that hold them. The format is
 * {@code tensor_bundle} in TensorFlow's sources: a table whose empty key holds the header, every
 * other key an entry.
 */
final class VariablesIndex {
  private static final String HEADER = "";
  // The names of the shards' files have five digits for it; it also bounds what is allocated.
  private static final int MAX_SHARDS = 99_999;
  // Python's view of the model's objects, kept among the variables.
  private static final String OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH";

  private final Path folder;
  private final int shards;
  private final TreeMap<String, BundleEntryProto> entries = new TreeMap<>();

  private VariablesIndex(Path folder, TreeMap<String, byte[]> table) throws IOException {
    this.folder = folder;
    byte[] header = table.remove(HEADER);
    if (header == null) {
      throw new IOException("there is no header");
    }
    this.shards = BundleHeaderProto.parseFrom(header).getNumShards();
    if (shards < 0 || shards > MAX_SHARDS) {
      throw new IOException("num_shards is " + shards + ", expected 0 to " + MAX_SHARDS);
    }
    for (var entry : table.entrySet()) {
      entries.put(entry.getKey(), entry(entry.getKey(), entry.getValue()));
    }
  }

  private BundleEntryProto entry(String name, byte[] value) throws IOException {
    BundleEntryProto entry = BundleEntryProto.parseFrom(value);
    if (entry.getShardId() < 0 || entry.getShardId() >= shards) {
      throw new IOException("'" + name + "' lies in shard " + entry.getShardId() + " of " + shards);
    }
    if (entry.getOffset() < 0
        || entry.getSize() < 0
        || entry.getSize() > Long.MAX_VALUE - entry.getOffset()) {
      throw new IOException(
          "'" + name + "' has " + entry.getSize() + " bytes from byte " + entry.getOffset());
    }
    return entry;
  }

  /**
   * Reads the index of a SavedModel.
   *
   * @return null if there is none
   * @throws ModelException LOAD_FAILED if it is corrupt
   */
  static @Nullable VariablesIndex read(Path directory) throws ModelException {
    Path folder = directory.resolve("variables");
    Path index = folder.resolve("variables.index");
    if (!Files.isRegularFile(index)) {
      return null;
    }
    try {
      return new VariablesIndex(folder, SortedTable.parse(Files.readAllBytes(index)));
    } catch (IOException | RuntimeException e) {
      throw new ModelException(
          ModelReason.LOAD_FAILED, index + " is corrupt: " + e.getMessage(), e);
    }
  }

  /** The saved tensors, by name. The parts of a partitioned one are left out. */
  List<VariableInfo> variables() {
    List<VariableInfo> variables = new ArrayList<>();
    entries.forEach(
        (name, entry) -> {
          // The key of a part is binary and begins with a zero byte.
          if (!name.equals(OBJECT_GRAPH) && name.charAt(0) != 0) {
            variables.add(VariableInfo.of(name, entry));
          }
        });
    return variables;
  }

  /**
   * Compares the files of the shards to what the index says of them.
   *
   * @throws ModelException INCOMPLETE naming a shard that is absent or too short
   */
  void verifyShards() throws ModelException {
    long[] needed = new long[shards];
    for (BundleEntryProto entry : entries.values()) {
      int shard = entry.getShardId();
      needed[shard] = Math.max(needed[shard], entry.getOffset() + entry.getSize());
    }
    for (int shard = 0; shard < shards; shard++) {
      Path file = folder.resolve("variables.data-%05d-of-%05d".formatted(shard, shards));
      long size = size(file);
      if (size < needed[shard]) {
        throw new ModelException(
            ModelReason.INCOMPLETE,
            file
                + (size < 0 ? " is missing" : " has " + size + " bytes")
                + ": variables.index asks for "
                + shards
                + " shards and "
                + needed[shard]
                + " bytes in this one; copy the model again");
      }
    }
  }

  private static long size(Path file) throws ModelException {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : -1;
    } catch (IOException e) {
      throw new ModelException(ModelReason.LOAD_FAILED, "cannot read " + file + ": " + e, e);
    }
  }
}
