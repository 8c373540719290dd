package io.millrace.connectors.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class RawRecordFormatTest {
  private static final TensorSpec A = new TensorSpec("a", ElementType.INT16, Shape.of(-1, 2));
  private static final TensorSpec B = new TensorSpec("b", ElementType.FLOAT32, Shape.of(-1));

  private final RawRecordFormat format = new RawRecordFormat(new RecordLimits(64, 1));

  @Test
  void write_inputsFollowEachOtherByName_littleEndian() {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort((short) 1).putShort((short) 258).putFloat(2.5f);
    RecordingRow row = RecordingRow.batched(B, A);

    format.write(record(bytes.array()), row);

    assertThat(row.written("a")).containsExactly(1L, 258L);
    assertThat(row.written("b")).containsExactly((long) Float.floatToRawIntBits(2.5f));
  }

  @Test
  void write_anotherLength_isWrongShape() {
    assertThat(reason(new byte[7], A, B)).isEqualTo(RecordReason.WRONG_SHAPE);
    assertThat(reason(new byte[9], A, B)).isEqualTo(RecordReason.WRONG_SHAPE);
    assertThat(reason(new byte[0], A, B)).isEqualTo(RecordReason.WRONG_SHAPE);
  }

  @Test
  void write_unknownInnerDimension_isWrongShape() {
    assertThat(reason(new byte[8], A.withShape(Shape.of(-1, -1))))
        .isEqualTo(RecordReason.WRONG_SHAPE);
  }

  @Test
  void write_stringInput_isWrongType() {
    assertThat(reason(new byte[8], new TensorSpec("s", ElementType.STRING, Shape.of(-1))))
        .isEqualTo(RecordReason.WRONG_TYPE);
  }

  @Test
  void write_noValueOrTooLarge_isRefusedFirst() {
    assertThat(reason(null, A)).isEqualTo(RecordReason.NULL_RECORD);
    assertThat(reason(new byte[65], A)).isEqualTo(RecordReason.TOO_LARGE);
  }

  private RecordReason reason(byte[] value, TensorSpec... inputs) {
    return catchThrowableOfType(
            RecordException.class, () -> format.write(record(value), RecordingRow.batched(inputs)))
        .reason();
  }

  private static KafkaRecord record(byte[] value) {
    return new KafkaRecord("in", 0, 0, 0, 0, null, value);
  }
}
