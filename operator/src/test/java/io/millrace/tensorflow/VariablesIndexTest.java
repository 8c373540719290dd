package io.millrace.tensorflow;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import io.millrace.model.HeapShare;
import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.TensorShapeProto.Dim;

/** Damaged indexes: refused by name, before what they claim is allocated. */
class VariablesIndexTest {
  private static final byte UNCOMPRESSED = 0;
  private static final byte SNAPPY = 1;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, 100_000, Integer.MAX_VALUE})
  void read_impossibleNumberOfShards_isRefused(int shards) throws Exception {
    write(table(block(header(shards)), UNCOMPRESSED));
    assertRefused("num_shards is " + shards + ", expected 0 to 99999");
  }

  @Test
  void read_entryInAShardThatIsNotThere_isRefused() throws Exception {
    write(
        table(block(header(1), entry(BundleEntryProto.newBuilder().setShardId(1))), UNCOMPRESSED));
    assertRefused("'w' lies in shard 1 of 1");
  }

  @Test
  void read_entryBeyondEveryFile_isRefused() throws Exception {
    var entry = BundleEntryProto.newBuilder().setOffset(Long.MAX_VALUE).setSize(4);
    write(table(block(header(1), entry(entry)), UNCOMPRESSED));
    assertRefused("'w' has 4 bytes from byte 9223372036854775807");
  }

  @Test
  void read_keyThatSharesMoreThanThereIs_isRefused() throws Exception {
    byte[] record = bytes(out -> numbers(out, Integer.MAX_VALUE - 8, 0, 0));
    write(table(block(record), UNCOMPRESSED));
    assertRefused("a key shares 2147483639 bytes with one of 0");
  }

  @Test
  void read_blockThatUnpacksToGigabytes_isRefused() throws Exception {
    write(table(bytes(out -> numbers(out, Integer.MAX_VALUE - 8)), SNAPPY));
    assertRefused("a block of 5 bytes cannot unpack to 2147483639");
  }

  @Test
  void read_blockWhoseEndOverflows_isRefused() throws Exception {
    byte[] handle = bytes(out -> numbers(out, Long.MAX_VALUE - 1, Integer.MAX_VALUE - 8L));
    write(tableOf(new byte[0], block(record("z", handle))));
    assertRefused("a block lies outside the file");
  }

  @Test
  void read_oneShard_asksForItsFile() throws Exception {
    write(table(block(header(1), entry(BundleEntryProto.newBuilder().setSize(4))), UNCOMPRESSED));
    VariablesIndex index = VariablesIndex.read(new ModelContent.Folder(directory));
    assertThat(index).isNotNull();
    assertThatThrownBy(index::verifyShards)
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.INCOMPLETE))
        .hasMessageContaining("variables.data-00000-of-00001 is missing");
  }

  @Test
  void read_keysThatShareMegabytes_areRefusedBeforeTheyFillTheHeap() throws Exception {
    byte[][] records = new byte[300][];
    records[0] = record("w".repeat(1 << 20), new byte[0]);
    for (int i = 1; i < records.length; i++) {
      records[i] = bytes(out -> numbers(out, 1 << 20, 0, 0));
    }
    write(table(block(records), UNCOMPRESSED));
    assertTooLarge(1 << 30, "bytes once it is read: expected at most 268435456");
  }

  @Test
  void read_entryOfObjectsThatWouldFillTheHeap_isRefusedBeforeTheyAreMade() throws Exception {
    var shape = TensorShapeProto.newBuilder().addAllDim(nCopies(10_000, Dim.getDefaultInstance()));
    write(
        table(
            block(header(1), entry(BundleEntryProto.newBuilder().setShape(shape))), UNCOMPRESSED));
    assertThat(VariablesIndex.read(new ModelContent.Folder(directory))).isNotNull();
    assertTooLarge(1 << 21, "bytes once it is read: expected at most 524288");
  }

  @Test
  void read_entryOfNestedGroups_isRefusedInsteadOfEndingTheThread() throws Exception {
    byte[] groups = new byte[1_000_000];
    Arrays.fill(groups, (byte) 0x0b);
    write(table(block(header(1), record("w", groups)), UNCOMPRESSED));
    assertRefused("there is a group");
  }

  private void assertTooLarge(long heap, String why) {
    assertThatThrownBy(
            () -> VariablesIndex.read(new ModelContent.Folder(directory), HeapShare.of(heap)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.TOO_LARGE))
        .hasMessageContaining("variables.index: it would take about ")
        .hasMessageContaining(why);
  }

  @Test
  void read_moreBytesThanAnyIndexHas_areRefusedUnread() throws Exception {
    write(new byte[0]);
    Path index = directory.resolve("variables/variables.index");
    try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
      file.setLength((64 << 20) + 1);
    }
    assertThatThrownBy(() -> VariablesIndex.read(new ModelContent.Folder(directory)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.TOO_LARGE))
        .hasMessage(index + " has 67108865 bytes: expected at most 67108864");
  }

  private void assertRefused(String why) {
    assertThatThrownBy(() -> VariablesIndex.read(new ModelContent.Folder(directory)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.LOAD_FAILED))
        .hasMessageEndingWith("variables.index is corrupt: " + why);
  }

  private void write(byte[] index) throws IOException {
    Files.createDirectories(directory.resolve("variables"));
    Files.write(directory.resolve("variables/variables.index"), index);
  }

  private static byte[] header(int shards) throws IOException {
    return record("", BundleHeaderProto.newBuilder().setNumShards(shards).build().toByteArray());
  }

  private static byte[] entry(BundleEntryProto.Builder entry) throws IOException {
    return record("w", entry.build().toByteArray());
  }

  /** A key that shares nothing with the one before it, and its value. */
  private static byte[] record(String key, byte[] value) throws IOException {
    return bytes(
        out -> {
          numbers(out, 0, key.length(), value.length);
          out.writeRawBytes(key.getBytes());
          out.writeRawBytes(value);
        });
  }

  private static byte[] block(byte[]... records) throws IOException {
    return bytes(
        out -> {
          for (byte[] record : records) {
            out.writeRawBytes(record);
          }
          out.writeFixed32NoTag(0);
          out.writeFixed32NoTag(1);
        });
  }

  /** A table of one block, packed as said. */
  private static byte[] table(byte[] block, byte packing) throws IOException {
    byte[] packed = ByteBuffer.allocate(block.length + 1).put(block).put(packing).array();
    return tableOf(packed, block(record("z", bytes(out -> numbers(out, 0, block.length)))));
  }

  private static byte[] tableOf(byte[] blocks, byte[] index) throws IOException {
    byte[] handles = bytes(out -> numbers(out, 0, 0, blocks.length, index.length));
    return ByteBuffer.allocate(blocks.length + index.length + 1 + 48)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(blocks)
        .put(index)
        .put(UNCOMPRESSED)
        .put(handles)
        .position(blocks.length + index.length + 1 + 40)
        .putLong(0xdb4775248b80fb57L)
        .array();
  }

  private static void numbers(CodedOutputStream out, long... numbers) throws IOException {
    for (long number : numbers) {
      out.writeUInt64NoTag(number);
    }
  }

  private interface Content {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private static byte[] bytes(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    content.writeTo(out);
    out.flush();
    return bytes.toByteArray();
  }
}
