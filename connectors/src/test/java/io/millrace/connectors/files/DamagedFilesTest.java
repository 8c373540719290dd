package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.millrace.tensor.RecordReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which failures are damage of a file, and what the policy does with them. */
class DamagedFilesTest {
  private static final String LINES = lines();

  @TempDir private Path folder;

  private static String lines() {
    StringBuilder lines = new StringBuilder();
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      lines.append("{\"a\":").append(random.nextLong()).append("}\n");
    }
    return lines.toString();
  }

  private List<LocatedRecord> read(DamagedFiles damaged) throws IOException {
    return ReadFiles.of(folder, new LineFormat(1 << 20), 1 << 20, damaged);
  }

  private void assertDamaged(String name, byte[] content, int offset) throws IOException {
    Files.write(folder.resolve(name), content);

    assertThatThrownBy(() -> read(DamagedFiles.FAIL))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(name, "breaks off or is damaged", "byte");
    List<LocatedRecord> records = read(DamagedFiles.DEAD_LETTER);
    LocatedRecord last = records.remove(records.size() - 1);
    assertThat(ReadFiles.refusal(last).reason()).isEqualTo(RecordReason.MALFORMED);
    assertThat(last.record().topic()).endsWith(name);
    assertThat(LINES.repeat(10)).startsWith(String.join("\n", ReadFiles.texts(records)));
    assertThat(last.record().offset()).isGreaterThanOrEqualTo(offset);
    Files.delete(folder.resolve(name));
  }

  @Test
  void read_gzipWithoutItsHeader_isDamagedAtItsBeginning() throws IOException {
    byte[] packed = ReadFiles.gzip(LINES.getBytes(UTF_8));

    assertDamaged("empty.jsonl.gz", new byte[0], 0);
    assertDamaged("cut.jsonl.gz", Arrays.copyOf(packed, 5), 0);
    assertDamaged("text.jsonl.gz", "{}\n".getBytes(UTF_8), 0);
    packed[packed.length / 2] ^= 0x55;
    assertDamaged("flipped.jsonl.gz", packed, 1000);
  }

  private static byte[] bzip2(int times) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // Blocks of 100 kB: what is before the damaged one is read.
    try (BZip2CompressorOutputStream packing = new BZip2CompressorOutputStream(bytes, 1)) {
      for (int i = 0; i < times; i++) {
        packing.write(LINES.getBytes(UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void read_bzip2_isDamagedLikeGzip() throws IOException {
    byte[] packed = bzip2(10);
    Files.write(folder.resolve("whole.jsonl.bz2"), packed);
    assertThat(read(DamagedFiles.FAIL)).hasSize(20_000);
    Files.delete(folder.resolve("whole.jsonl.bz2"));

    assertDamaged("empty.jsonl.bz2", new byte[0], 0);
    assertDamaged("text.jsonl.bz2", "{}\n".getBytes(UTF_8), 0);
    assertDamaged("cut.jsonl.bz2", Arrays.copyOf(packed, packed.length / 2), 90_000);
  }

  private static byte[] zstd(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZstdOutputStream packing = new ZstdOutputStream(bytes)) {
      // As the command does.
      packing.setChecksum(true);
      packing.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private void assertWhole(String name, byte[] content, int lines) throws IOException {
    Files.write(folder.resolve(name), content);
    // Of splits that would each have some of it.
    assertThat(ReadFiles.of(folder, new LineFormat(1 << 20), 1000, DamagedFiles.FAIL))
        .as(name)
        .hasSize(lines);
    Files.delete(folder.resolve(name));
  }

  @Test
  void read_zstd_isDamagedLikeGzip() throws IOException {
    byte[] packed = zstd(LINES.getBytes(UTF_8));
    byte[] frames = joined(packed, zstd(new byte[0]), packed);
    assertWhole("whole.jsonl.zst", packed, 2_000);
    assertWhole("frames.jsonl.zstd", frames, 4_000);

    assertDamaged("empty.jsonl.zst", new byte[0], 0);
    assertDamaged("cut.jsonl.zst", Arrays.copyOf(packed, 5), 0);
    assertDamaged("text.jsonl.zst", "{}\n".getBytes(UTF_8), 0);
    Files.write(folder.resolve("named.zst"), "[1, 2, 3, 4]".getBytes(UTF_8));
    assertThatThrownBy(() -> read(DamagedFiles.FAIL))
        .hasMessageContainingAll("named.zst", "Unknown frame descriptor");
    Files.delete(folder.resolve("named.zst"));
    assertDamaged("second.jsonl.zst", Arrays.copyOf(frames, frames.length - 1), LINES.length());
    assertDamaged("header.jsonl.zst", joined(packed, new byte[] {1}), LINES.length());
    packed[packed.length / 2] ^= 0x55;
    assertDamaged("flipped.jsonl.zst", packed, 0);
  }

  @Test
  void read_severalMembers_areAllReadAndDamageOfOneIsTold() throws IOException {
    byte[] gzip = ReadFiles.gzip(LINES.getBytes(UTF_8));
    byte[] wrong = gzip.clone();
    wrong[0] ^= 0x55;
    assertWhole("members.jsonl.gz", joined(gzip, gzip, gzip), 6_000);
    assertDamaged("header.jsonl.gz", joined(gzip, wrong), LINES.length());
    for (int length : new int[] {1, 9, gzip.length - 1}) {
      assertDamaged("cut.jsonl.gz", joined(gzip, Arrays.copyOf(gzip, length)), LINES.length());
    }

    byte[] bzip2 = bzip2(1);
    assertWhole("streams.jsonl.bz2", joined(bzip2, bzip2), 4_000);
    assertDamaged("header.jsonl.bz2", joined(bzip2, gzip), LINES.length());

    ByteArrayOutputStream deflate = new ByteArrayOutputStream();
    try (DeflaterOutputStream packing = new DeflaterOutputStream(deflate)) {
      packing.write(LINES.getBytes(UTF_8));
    }
    assertWhole("one.jsonl.deflate", deflate.toByteArray(), 2_000);
    byte[] two = joined(deflate.toByteArray(), deflate.toByteArray());
    assertDamaged("two.jsonl.deflate", two, LINES.length());
  }

  @Test
  void read_compressionThatIsNotRead_isRefusedWhateverThePolicy() throws IOException {
    Files.write(folder.resolve("a.jsonl"), LINES.getBytes(UTF_8));
    for (String suffix : List.of("xz", "XZ", "lz4", "snappy", "lzo", "br", "zip", "7z", "tgz")) {
      Path file = Files.write(folder.resolve("b.jsonl." + suffix), new byte[10]);

      assertThatThrownBy(() -> read(DamagedFiles.DEAD_LETTER))
          .isInstanceOf(UnusableFileException.class)
          .hasMessageContainingAll(
              "b.jsonl." + suffix, "not read", ".gz, .gzip, .bz2, .deflate, .zst, .zstd");
      Files.delete(file);
    }
    assertThat(read(DamagedFiles.FAIL)).hasSize(2_000);
  }

  /** Throws what HDFS throws where a connection is dropped. */
  private static final class DroppedStream extends FSDataInputStream {
    private final ByteArrayInputStream in;
    private final int length;

    DroppedStream(byte[] content) {
      in = new ByteArrayInputStream(content);
      length = content.length;
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      if (read < 0) {
        throw new EOFException("Premature EOF: no length prefix available");
      }
      return read;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      int read = in.read(target, offset, count);
      if (read < 0) {
        throw new EOFException("Premature EOF: no length prefix available");
      }
      return read;
    }

    @Override
    public void seek(long position) {
      throw new IllegalStateException("read in one go");
    }

    @Override
    public long getPos() {
      return (long) length - in.available();
    }
  }

  @Test
  void read_droppedConnection_isNoDamage() throws IOException {
    byte[] packed = ReadFiles.gzip(LINES.getBytes(UTF_8));
    byte[] half = Arrays.copyOf(packed, packed.length / 2);
    StorageStream stored = new StorageStream(new DroppedStream(half), packed.length);

    try (LineReader reader =
        new LineReader(
            new UnpackedStream(Compression.GZIP.unpack(stored)), Long.MAX_VALUE, 1 << 20)) {
      assertThatThrownBy(
              () -> {
                while (reader.read() != null) {
                  assertThat(reader).isNotNull();
                }
              })
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("cannot read the storage: Premature EOF");
    }
  }

  @Test
  void read_storageThatEndsAFileBeforeItsEnd_isNoDamage() throws IOException {
    Path file = Files.write(folder.resolve("a.jsonl"), LINES.getBytes(UTF_8));
    org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(file.toUri());
    StorageStream stored = new StorageStream(path.getFileSystem().open(path), LINES.length() + 1);

    try (LineReader reader = new LineReader(stored, Long.MAX_VALUE, 1 << 20)) {
      assertThatThrownBy(
              () -> {
                while (reader.read() != null) {
                  assertThat(reader).isNotNull();
                }
              })
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll(
              "ended the file at byte " + LINES.length(), "expected " + (LINES.length() + 1));
    }
  }
}
