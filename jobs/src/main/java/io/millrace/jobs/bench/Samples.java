package io.millrace.jobs.bench;

import io.millrace.connectors.formats.ExampleRecordFormat;
import io.millrace.connectors.formats.JsonRecordFormat;
import io.millrace.connectors.formats.RawRecordFormat;
import io.millrace.connectors.formats.RecordLimits;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.RecordFile;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensorflow.TfRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Records to score, over and over: made from a signature, or read from a file. Thread-safe; the
 * writers that it hands out are not.
 */
final class Samples {
  private static final RecordLimits NO_LIMITS = new RecordLimits(Integer.MAX_VALUE, 1000);
  private static final int MADE = 64;
  private static final long MAX_BYTES = 64L << 20;
  private static final int LETTERS = 8;

  private final int size;
  private final Supplier<FeatureWriter<Long>> writers;

  private Samples(int size, Supplier<FeatureWriter<Long>> writers) {
    this.size = size;
    this.writers = writers;
  }

  /** How many different records there are. */
  int size() {
    return size;
  }

  /** Writes record {@code n} modulo {@link #size}. */
  FeatureWriter<Long> newWriter() {
    return writers.get();
  }

  /**
   * Refuses a signature for which no record can be made up.
   *
   * @param made whether records are made up rather than read, which say their own shape
   * @throws ConfigurationException naming the input, its shape and the option that states it
   */
  static void requireFillable(Signature signature, boolean made) throws ConfigurationException {
    for (TensorSpec spec : signature.inputs()) {
      boolean open = made ? !isFixed(signature, spec) : !spec.shape().hasRank();
      if (open) {
        throw new ConfigurationException(
            "input "
                + spec
                + " of signature '"
                + signature.name()
                + "': its records have no fixed shape; state it with --input-shape "
                + spec.name()
                + "=["
                + (signature.hasBatchDimension() || !spec.shape().hasRank() ? "-1,3" : "3")
                + "] (model.input-shapes in a job)"
                + (made ? ", or give records with --records FILE" : ""));
      }
    }
  }

  private static boolean isFixed(Signature signature, TensorSpec spec) {
    return spec.shape().hasRank() && rowShape(signature, spec).isFullyKnown();
  }

  private static Shape rowShape(Signature signature, TensorSpec spec) {
    return signature.hasBatchDimension() ? spec.shape().withoutFirst() : spec.shape();
  }

  /** Bytes of one record's tensors, without strings; unknown dimensions count as 1. */
  static long rowBytes(Signature signature) {
    long bytes = 0;
    for (TensorSpec spec : signature.inputs()) {
      long elements =
          Arrays.stream(rowShape(signature, spec).dimensions())
              .map(Math::abs)
              .reduce(1, Math::multiplyExact);
      bytes += elements * spec.type().byteSize();
    }
    return bytes;
  }

  /** Makes records up; the same seed makes the same ones. */
  static Samples made(Signature signature, long seed) {
    int count = (int) Math.max(1, Math.min(MADE, MAX_BYTES / Math.max(1, rowBytes(signature))));
    Random random = new Random(seed);
    byte[][][][] values = new byte[count][signature.inputs().size()][][];
    for (byte[][][] record : values) {
      for (int i = 0; i < record.length; i++) {
        TensorSpec spec = signature.inputs().get(i);
        record[i] = value(spec.type(), rowShape(signature, spec).elements(), random);
      }
    }
    return new Samples(count, () -> (n, row) -> write(values[(int) (n % count)], row));
  }

  /** The strings of a tensor, or its memory as the one element. */
  private static byte[][] value(ElementType type, long elements, Random random) {
    if (type == ElementType.STRING) {
      byte[][] strings = new byte[Math.toIntExact(elements)][];
      for (int i = 0; i < strings.length; i++) {
        strings[i] =
            random
                .ints(LETTERS, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .getBytes(StandardCharsets.US_ASCII);
      }
      return strings;
    }
    byte[] memory = new byte[Math.toIntExact(elements * type.byteSize())];
    int parts = type.isComplex() ? 2 : 1;
    int bytes = type.byteSize() / parts;
    for (int at = 0; at < memory.length; at += bytes) {
      long bits = bits(type, random);
      for (int i = 0; i < bytes; i++) {
        memory[at + i] = (byte) (bits >> (Byte.SIZE * i));
      }
    }
    return new byte[][] {memory};
  }

  // Floats from 0.5 to 1; bytes of any value, as images have; other integers 0 and 1, which are
  // valid as classes, masks, counts and places in the smallest vocabulary.
  private static long bits(ElementType type, Random random) {
    return switch (type) {
      case FLOAT64, COMPLEX128 -> Double.doubleToRawLongBits(0.5 + random.nextDouble() / 2);
      case FLOAT32, COMPLEX64 -> Float.floatToRawIntBits(0.5f + random.nextFloat() / 2);
      case BFLOAT16 -> Float.floatToRawIntBits(0.5f + random.nextFloat() / 2) >>> Short.SIZE;
      case FLOAT16 -> 0x3800 | random.nextInt(1 << 10);
      case FLOAT8_E5M2 -> 0x38 | random.nextInt(1 << 2);
      case FLOAT8_E4M3FN -> 0x30 | random.nextInt(1 << 3);
      case UINT8 -> random.nextInt(1 << Byte.SIZE);
      default -> random.nextInt(2);
    };
  }

  private static void write(byte[][][] record, Row row) {
    for (int i = 0; i < record.length; i++) {
      if (row.signature().inputs().get(i).type() == ElementType.STRING) {
        for (byte[] string : record[i]) {
          row.input(i).put(string);
        }
      } else {
        byte[] memory = record[i][0];
        row.input(i).putRaw(memory, 0, memory.length);
      }
    }
  }

  /**
   * Reads records.
   *
   * @throws ConfigurationException if the file cannot be read or holds none
   */
  static Samples read(Path file, Format format, Signature signature) throws ConfigurationException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ConfigurationException("cannot read records '" + file + "': " + e, e);
    }
    List<byte[]> values =
        switch (format) {
          case JSON -> RecordFile.lines(bytes);
          case RAW -> pieces(file, bytes, rowBytes(signature));
          case TF_EXAMPLE -> tfRecords(file, bytes);
          case AVRO, AVRO_CONFLUENT -> throw unsupported(format);
        };
    if (values.isEmpty()) {
      throw new ConfigurationException(
          "records '" + file + "' has none: expected " + expected(format));
    }
    KafkaRecord[] records = new KafkaRecord[values.size()];
    for (int i = 0; i < records.length; i++) {
      records[i] =
          new KafkaRecord(file.toString(), 0, i, KafkaRecord.NO_TIMESTAMP, 0, null, values.get(i));
    }
    return new Samples(records.length, () -> reading(format, records));
  }

  // A writer of its own for each thread: formats keep state between records.
  private static FeatureWriter<Long> reading(Format format, KafkaRecord[] records) {
    FeatureWriter<KafkaRecord> writer =
        switch (format) {
          case JSON -> JsonRecordFormat.builder().limits(NO_LIMITS).build();
          case RAW -> new RawRecordFormat(NO_LIMITS);
          case TF_EXAMPLE -> ExampleRecordFormat.builder().limits(NO_LIMITS).build();
          case AVRO, AVRO_CONFLUENT -> throw new IllegalStateException("of records in " + format);
        };
    return (n, row) -> writer.write(records[(int) (n % records.length)], row);
  }

  private static String expected(Format format) {
    return switch (format) {
      case JSON -> "a JSON object a line";
      case RAW -> "the inputs' memory, record after record";
      case TF_EXAMPLE -> "tf.Examples in a TFRecord file";
      case AVRO, AVRO_CONFLUENT -> throw new IllegalStateException("of records in " + format);
    };
  }

  private static ConfigurationException unsupported(Format format) {
    return new ConfigurationException(
        "records in "
            + format.spelling()
            + " cannot be read: expected one of "
            + BenchSettings.FORMATS);
  }

  private static List<byte[]> tfRecords(Path file, byte[] bytes) throws ConfigurationException {
    try {
      return TfRecords.of(bytes);
    } catch (IOException e) {
      throw new ConfigurationException("records '" + file + "': " + e.getMessage(), e);
    }
  }

  private static List<byte[]> pieces(Path file, byte[] bytes, long length)
      throws ConfigurationException {
    if (length == 0 || bytes.length % length != 0) {
      throw new ConfigurationException(
          "records '"
              + file
              + "' has "
              + bytes.length
              + " bytes: expected a multiple of a raw record's "
              + length);
    }
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += (int) length) {
      pieces.add(Arrays.copyOfRange(bytes, at, at + (int) length));
    }
    return pieces;
  }
}
