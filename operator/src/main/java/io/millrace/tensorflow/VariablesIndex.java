package io.millrace.tensorflow;

import io.millrace.model.HeapShare;
import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.io.InputStream;
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
  static final String INDEX = "variables/variables.index";
  // About a hundred bytes a variable; the largest models have some ten thousand variables.
  private static final int MAX_BYTES = 64 << 20;
  private static final String SHARD = "variables/variables.data-%05d-of-%05d";
  private static final String HEADER = "";
  // The names of the shards' files have five digits for it; it also bounds what is allocated.
  private static final int MAX_SHARDS = 99_999;
  // Python's view of the model's objects, kept among the variables.
  private static final String OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH";

  private final ModelContent content;
  private final int shards;
  private final TreeMap<String, BundleEntryProto> entries = new TreeMap<>();

  private VariablesIndex(ModelContent content, TreeMap<String, byte[]> table, HeapShare share)
      throws IOException {
    this.content = content;
    byte[] header = table.remove(HEADER);
    if (header == null) {
      throw new IOException("there is no header");
    }
    share.take(FileLimits.objectBytes(header, BundleHeaderProto.getDescriptor()));
    this.shards = BundleHeaderProto.parseFrom(header).getNumShards();
    if (shards < 0 || shards > MAX_SHARDS) {
      throw new IOException("num_shards is " + shards + ", expected 0 to " + MAX_SHARDS);
    }
    for (var entry : table.entrySet()) {
      share.take(FileLimits.objectBytes(entry.getValue(), BundleEntryProto.getDescriptor()));
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
   * @throws ModelException LOAD_FAILED if it is corrupt, TOO_LARGE if it is larger than any or than
   *     the heap allows
   */
  static @Nullable VariablesIndex read(ModelContent content) throws ModelException {
    return read(content, HeapShare.ofProcess());
  }

  static @Nullable VariablesIndex read(ModelContent content, HeapShare share)
      throws ModelException {
    if (!content.contains(INDEX)) {
      return null;
    }
    try (InputStream in = content.open(INDEX)) {
      long size = content.size(INDEX);
      if (size > MAX_BYTES) {
        throw new ModelException(
            ModelReason.TOO_LARGE,
            content.name(INDEX) + " has " + size + " bytes: expected at most " + MAX_BYTES);
      }
      share.take(size);
      byte[] file = in.readNBytes((int) size);
      return new VariablesIndex(content, SortedTable.parse(file, share), share);
    } catch (HeapShare.UsedUpException e) {
      throw new ModelException(
          ModelReason.TOO_LARGE, content.name(INDEX) + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw new ModelException(
          ModelReason.LOAD_FAILED, content.name(INDEX) + " is corrupt: " + e.getMessage(), e);
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
      String path = SHARD.formatted(shard, shards);
      long size = size(path);
      if (size < needed[shard]) {
        throw new ModelException(
            ModelReason.INCOMPLETE,
            content.name(path)
                + (size < 0 ? " is missing" : " has " + size + " bytes")
                + ": variables.index asks for "
                + shards
                + " shards and "
                + needed[shard]
                + " bytes in this one; copy the model again");
      }
    }
  }

  /** The paths of the index and of its shards. */
  List<String> paths() {
    List<String> paths = new ArrayList<>(List.of(INDEX));
    for (int shard = 0; shard < shards; shard++) {
      paths.add(SHARD.formatted(shard, shards));
    }
    return paths;
  }

  private long size(String path) throws ModelException {
    try {
      return content.contains(path) ? content.size(path) : -1;
    } catch (IOException e) {
      throw new ModelException(
          ModelReason.LOAD_FAILED, "cannot read " + content.name(path) + ": " + e, e);
    }
  }
}
