package io.millrace.connectors.files;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * How files are compressed as a whole, as their names say. What is unpacked is all that a file has:
 * Flink's own way reads a bzip2 file of several streams, as parallel packers write them, to the end
 * of the first, and takes a damaged second member of a gzip file for the end of the file.
 *
 * <pre>{@code
 * Optional<Compression> packed = Compression.of("january.jsonl.zst");
 * InputStream lines = packed.isPresent() ? packed.get().unpack(in) : in;
 * }</pre>
 */
public enum Compression {
  GZIP("gz", "gzip") {
    @Override
    InputStream open(InputStream in) throws IOException {
      return new UpToFailure(new GzipCompressorInputStream(in, true));
    }
  },
  BZIP2("bz2") {
    @Override
    InputStream open(InputStream in) throws IOException {
      return new UpToFailure(new BZip2CompressorInputStream(in, true));
    }
  },
  DEFLATE("deflate") {
    @Override
    InputStream open(InputStream in) {
      return new WholeDeflate(in);
    }
  },
  ZSTD("zst", "zstd") {
    @Override
    InputStream open(InputStream in) {
      return new ZstdFrames(in);
    }
  };

  private static final int BUFFER = 1 << 16;

  /** As text or records of one size they would give garbage, and nobody would be told. */
  private static final List<String> NOT_READ =
      List.of(
          "xz",
          "lzma",
          "lz4",
          "lz",
          "lzo",
          "lzo_deflate",
          "snappy",
          "sz",
          "br",
          "z",
          "zip",
          "7z",
          "rar",
          "tar",
          "tgz");

  private final List<String> suffixes;

  Compression(String... suffixes) {
    this.suffixes = List.of(suffixes);
  }

  /**
   * What the name of a file says; empty for one that is not compressed.
   *
   * @throws IOException if it is compressed in a way that is not read, naming those that are
   */
  public static Optional<Compression> of(String fileName) throws IOException {
    String suffix = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (suffix.length() == fileName.length()) {
      return Optional.empty();
    }
    if (NOT_READ.contains(suffix)) {
      throw new UnusableContentException(
          "files that are compressed or packed as .%s are not read: expected one of %s, or one that is not compressed"
              .formatted(suffix, read()));
    }
    return Stream.of(values()).filter(value -> value.suffixes.contains(suffix)).findFirst();
  }

  private static String read() {
    return Stream.of(values())
        .flatMap(value -> value.suffixes.stream())
        .map(suffix -> "." + suffix)
        .collect(Collectors.joining(", "));
  }

  /**
   * What a file unpacks to.
   *
   * @param stored its bytes, from the first on; closed with what is given
   * @throws IOException if it does not begin as such a file does; what is behind the beginning
   *     shows where it is read
   */
  public InputStream unpack(InputStream stored) throws IOException {
    return open(new BufferedInputStream(stored, BUFFER));
  }

  abstract InputStream open(InputStream in) throws IOException;

  /** Java's own does not look behind the end of what it unpacks. */
  private static final class WholeDeflate extends InflaterInputStream {
    WholeDeflate(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      int read = super.read(target, offset, count);
      if (read < 0 && (inf.getRemaining() > 0 || in.read() >= 0)) {
        throw new IOException("there is something behind the end of what is compressed");
      }
      return read;
    }
  }
}
