package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * The output record in Avro's binary form, by the schema of {@link ScoredRecordSchema}. NaN and
 * infinities are what they are. Not thread-safe.
 *
 * <pre>{@code
 * byte[] value = new ScoredAvroFormat(schema, List.of("id")).value(record, prediction, version);
 * }</pre>
 */
public final class ScoredAvroFormat implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String schema;
  private final List<String> carriedFields;
  private final RecordJson records;
  private transient @Nullable Writer writer;

  /**
   * @param carriedFields those that the schema was made of
   */
  public ScoredAvroFormat(Schema schema, List<String> carriedFields) {
    this(schema.toString(), carriedFields, RecordJson.AS_IT_IS);
  }

  private ScoredAvroFormat(String schema, List<String> carriedFields, RecordJson records) {
    this.schema = schema;
    this.carriedFields = List.copyOf(carriedFields);
    this.records = Objects.requireNonNull(records, "records");
  }

  /** The same for records that are no JSON; they are read only where fields are copied. */
  public ScoredAvroFormat reading(RecordJson other) {
    return new ScoredAvroFormat(schema, carriedFields, other);
  }

  /**
   * One record.
   *
   * @throws io.millrace.tensor.RecordException WRONG_TYPE if a carried field is not of its type
   */
  public byte[] value(KafkaRecord record, Prediction prediction, ModelVersion version) {
    Writer used = writer;
    if (used == null) {
      used = new Writer(new Schema.Parser().parse(schema), carriedFields, records);
      writer = used;
    }
    try {
      return used.write(record, prediction, version);
    } catch (IOException e) {
      throw new UncheckedIOException("writing Avro for " + record + " failed", e);
    }
  }

  /** What is made once and used for each record. */
  private static final class Writer {
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
    private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(buffer, null);
    private final CarriedAvro carried;
    private final RecordJson records;

    Writer(Schema schema, List<String> carriedFields, RecordJson records) {
      this.records = carriedFields.isEmpty() ? RecordJson.AS_IT_IS : records;
      carried = new CarriedAvro(carriedFields, schema.getField("fields").schema());
    }

    byte[] write(KafkaRecord record, Prediction prediction, ModelVersion version)
        throws IOException {
      buffer.reset();
      byte[] key = record.key();
      encoder.writeIndex(key == null ? 0 : 1);
      if (key != null) {
        encoder.writeBytes(key);
      }
      byte[] value = record.value();
      carried.write(encoder, value == null ? new byte[0] : records.of(value));
      List<TensorSpec> outputs = prediction.signature().outputs();
      for (int i = 0; i < outputs.size(); i++) {
        TensorReader output = prediction.output(i);
        tensor(encoder, output, output.shape(), 0, 0);
      }
      encoder.writeString(version.model());
      encoder.writeLong(version.version());
      encoder.writeString(Objects.toString(version.digest(), ""));
      encoder.flush();
      return buffer.toByteArray();
    }
  }

  /** Writes what lies below {@code depth} from this element on; returns the element after it. */
  private static int tensor(Encoder encoder, TensorReader output, Shape shape, int depth, int from)
      throws IOException {
    if (depth == shape.rank()) {
      element(encoder, output, from);
      return from + 1;
    }
    int next = from;
    long size = shape.dimension(depth);
    encoder.writeArrayStart();
    encoder.setItemCount(size);
    for (long i = 0; i < size; i++) {
      encoder.startItem();
      next = tensor(encoder, output, shape, depth + 1, next);
    }
    encoder.writeArrayEnd();
    return next;
  }

  private static void element(Encoder encoder, TensorReader output, int element)
      throws IOException {
    ElementType type = output.spec().type();
    switch (ElementKind.of(type)) {
      case REAL -> {
        if (type == ElementType.FLOAT64) {
          encoder.writeDouble(output.getDouble(element));
        } else {
          encoder.writeFloat(output.getFloat(element));
        }
      }
      case RAW_ONLY -> encoder.writeDouble(output.getDouble(element));
      case INTEGER -> integer(encoder, type, output.getLong(element));
      case BOOLEAN -> encoder.writeBoolean(output.getBoolean(element));
      case BYTES -> encoder.writeBytes(output.getBytes(element));
      case COMPLEX -> complex(encoder, output, element);
    }
  }

  // Avro writes int and long alike.
  static void integer(Encoder encoder, ElementType type, long value) throws IOException {
    if (type == ElementType.UINT64) {
      encoder.writeBytes(new BigInteger(Long.toUnsignedString(value)).toByteArray());
    } else {
      encoder.writeLong(value);
    }
  }

  private static void complex(Encoder encoder, TensorReader output, int element)
      throws IOException {
    encoder.writeArrayStart();
    encoder.setItemCount(2);
    for (double part : new double[] {output.getReal(element), output.getImaginary(element)}) {
      encoder.startItem();
      if (output.spec().type() == ElementType.COMPLEX64) {
        encoder.writeFloat((float) part);
      } else {
        encoder.writeDouble(part);
      }
    }
    encoder.writeArrayEnd();
  }
}
