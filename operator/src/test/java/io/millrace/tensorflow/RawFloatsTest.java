package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RawFloatsTest {
  private static final float[] EDGES = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.intBitsToFloat(0xffffffff),
    Float.intBitsToFloat(0x7f800001),
    Float.intBitsToFloat(0xff7fffff)
  };

  private static byte[] bytes(int offset, float... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(offset + values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    buffer.position(offset);
    for (float value : values) {
      buffer.putInt(Float.floatToRawIntBits(value));
    }
    return buffer.array();
  }

  @Test
  void areFinite_anyValueInAnyPlace_isWhatTheJdkSays() {
    for (float edge : EDGES) {
      for (int count = 1; count <= 9; count++) {
        for (int place = 0; place < count; place++) {
          float[] values = new float[count];
          values[place] = edge;
          for (int offset = 0; offset < 5; offset++) {
            assertThat(RawFloats.areFinite(bytes(offset, values), offset, count * 4))
                .as("%s at %d of %d, offset %d", edge, place, count, offset)
                .isEqualTo(Float.isFinite(edge));
          }
        }
      }
    }
  }

  @Test
  void areFinite_anyBits_isWhatTheJdkSays() {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      float[] values = new float[random.nextInt(6)];
      boolean finite = true;
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.intBitsToFloat(random.nextInt());
        finite &= Float.isFinite(values[i]);
      }
      assertThat(RawFloats.areFinite(bytes(0, values), 0, values.length * 4))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(finite);
    }
  }
}
