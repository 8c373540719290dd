package io.millrace.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ZstdFramesTest {
  @Test
  void read_behindDamage_failsEachTime() throws IOException {
    byte[] content = new byte[100_000];
    new Random(3).nextBytes(content);
    byte[] packed = Zstd.compress(content);
    byte[] frames = new byte[packed.length * 2];
    System.arraycopy(packed, 0, frames, 0, packed.length);
    System.arraycopy(packed, 0, frames, packed.length, packed.length);
    frames[packed.length] ^= 0x55;
    try (ZstdFrames in = new ZstdFrames(new ByteArrayInputStream(frames))) {
      assertThat(in.readNBytes(content.length)).isEqualTo(content);
      assertThatThrownBy(in::read).isInstanceOf(IOException.class);
      assertThatThrownBy(in::read).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> in.read(new byte[10], 0, 10)).isInstanceOf(IOException.class);
    }
  }
}
