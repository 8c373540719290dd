package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SideHashTest {
  @Test
  void digest_anyLengths_isThatOfTheWhole() throws Exception {
    Random random = new Random(7);
    byte[] content = new byte[3 * SideHash.BUFFER_BYTES + 5];
    random.nextBytes(content);
    try (SideHash hash = new SideHash()) {
      for (int length :
          new int[] {0, 1, SideHash.BUFFER_BYTES, 2 * SideHash.BUFFER_BYTES, content.length}) {
        MessageDigest sha256 = ModelDigest.sha256();
        for (int done = 0; done < length; ) {
          byte[] buffer = hash.nextBuffer();
          int part = Math.min(buffer.length, length - done);
          System.arraycopy(content, done, buffer, 0, part);
          hash.update(sha256, part);
          done += part;
        }
        MessageDigest expected = ModelDigest.sha256();
        expected.update(content, 0, length);
        assertThat(hash.digest(sha256)).as("%d bytes", length).isEqualTo(expected.digest());
      }
    }
  }
}
