package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {

  @Test
  void sequence_everyCharacterBeyondAscii_isAsLongAsItsEncoding() {
    for (int point = 0x80; point <= Character.MAX_CODE_POINT; point += point < 0x1000 ? 1 : 97) {
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        byte[] bytes = Character.toString(point).getBytes(UTF_8);
        assertThat(Utf8.sequence(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        assertThat(Utf8.sequence(bytes, 0, bytes.length - 1)).isZero();
      }
    }
  }

  @Test
  void sequence_anyBytes_areAcceptedJustWhereTheJdkAcceptsThem() {
    long seed = 3;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[4];
      random.nextBytes(bytes);
      bytes[0] |= (byte) 0x80;
      for (int at = 1; at < 4 && random.nextInt(8) > 0; at++) {
        bytes[at] = (byte) (0x80 | bytes[at] & 0x3F);
      }
      assertThat(Utf8.sequence(bytes, 0, 4))
          .as("seed %d, %s", seed, Arrays.toString(bytes))
          .isEqualTo(jdk(bytes));
    }
  }

  private static int jdk(byte[] bytes) {
    for (int length = 2; length <= 4; length++) {
      try {
        UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
        return length;
      } catch (CharacterCodingException longer) {
        // The next length may be a character.
      }
    }
    return 0;
  }
}
