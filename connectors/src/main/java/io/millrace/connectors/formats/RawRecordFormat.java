package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.TensorWriter;
import java.util.Objects;

/**
 * Records that are the inputs' memory: every input in the order of its name, row-major,
 * little-endian, nothing between them. Inner shapes have to be fixed, by the signature or by the
 * job; strings cannot be carried.
 */
public final class RawRecordFormat implements FeatureWriter<KafkaRecord> {
  private static final long serialVersionUID = 1L;

  private final RecordLimits limits;

  public RawRecordFormat(RecordLimits limits) {
    this.limits = Objects.requireNonNull(limits, "limits");
  }

  @Override
  public void write(KafkaRecord record, Row row) {
    byte[] value = limits.valueOf(record);
    int inputs = row.signature().inputs().size();
    int offset = 0;
    for (int i = 0; i < inputs; i++) {
      TensorWriter writer = row.input(i);
      long length = rowBytes(writer);
      if (length > value.length - offset) {
        throw ofOtherSize(value, row);
      }
      writer.putRaw(value, offset, (int) length);
      offset += (int) length;
    }
    if (offset != value.length) {
      throw ofOtherSize(value, row);
    }
  }

  private static RecordException ofOtherSize(byte[] value, Row row) {
    long expected = 0;
    for (int i = 0; i < row.signature().inputs().size(); i++) {
      expected += rowBytes(row.input(i));
    }
    return new RecordException(
        RecordReason.WRONG_SHAPE,
        "the record has "
            + value.length
            + " bytes: expected "
            + expected
            + " for the inputs "
            + row.signature().inputs());
  }

  private static long rowBytes(TensorWriter writer) {
    if (writer.spec().type() == ElementType.STRING) {
      throw new RecordException(
          RecordReason.WRONG_TYPE,
          "input " + writer.spec() + ": the raw format has no strings; use JSON");
    }
    if (!writer.rowShape().isFullyKnown()) {
      throw new RecordException(
          RecordReason.WRONG_SHAPE,
          "input "
              + writer.spec()
              + ": the raw format needs fixed inner dimensions; state them in model.input-shapes");
    }
    return writer.rowShape().elements() * writer.spec().type().byteSize();
  }
}
