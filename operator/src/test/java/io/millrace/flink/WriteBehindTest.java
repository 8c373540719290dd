package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class WriteBehindTest {
  private static final int STRETCH_BYTES = 10;

  @TempDir Path folder;

  private FileChannel channel() throws IOException {
    return FileChannel.open(
        folder.resolve("file"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Test
  @Timeout(180)
  void write_farAheadOfASlowDisk_waitsForIt() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    try (CopyThread beside = new CopyThread("disk");
        WriteBehind out =
            new WriteBehind(
                channel(),
                beside,
                () -> {
                  disk.await();
                  return null;
                },
                STRETCH_BYTES)) {
      Thread writer = new Thread(() -> writeStretches(out, 100));
      writer.start();
      while (writer.getState() != Thread.State.WAITING
          && writer.getState() != Thread.State.TERMINATED) {
        Thread.onSpinWait();
      }
      // The one that the disk is at, and four behind it.
      assertThat(folder.resolve("file")).hasSize(5 * STRETCH_BYTES);
      disk.countDown();
      writer.join();
    }
    assertThat(folder.resolve("file")).hasSize(100 * STRETCH_BYTES);
  }

  private static void writeStretches(WriteBehind out, int stretches) {
    try {
      for (int i = 0; i < stretches * STRETCH_BYTES; i++) {
        out.write(i);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void close_behindADiskThatFails_saysSo() throws Exception {
    FileChannel channel = channel();
    try (CopyThread beside = new CopyThread("disk")) {
      WriteBehind out =
          new WriteBehind(
              channel,
              beside,
              () -> {
                throw new IOException("no space is left");
              },
              STRETCH_BYTES);
      writeStretches(out, 1);
      assertThatThrownBy(out::close).isInstanceOf(IOException.class).hasMessage("no space is left");
    }
    assertThat(channel.isOpen()).isFalse();
    assertThat(Files.size(folder.resolve("file"))).isEqualTo(STRETCH_BYTES);
  }
}
