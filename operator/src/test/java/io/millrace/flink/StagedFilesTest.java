package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelMemory;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StagedFilesTest {
  private static final int BLOCK = 64 << 20;

  @Test
  void write_moreThanABlock_readsBackTheSame() throws Exception {
    byte[] part = new byte[(1 << 18) + 7];
    new Random(7).nextBytes(part);
    try (StagedFiles staged = new StagedFiles()) {
      long size = 0;
      try (OutputStream out = staged.create("large", BLOCK + 1000)) {
        while (size <= BLOCK + part.length) {
          out.write(part, 0, part.length);
          size += part.length;
        }
      }
      assertThat(staged.bytes()).isEqualTo(size);
      try (ModelMemory memory = staged.take("m")) {
        assertThat(memory.size("large")).isEqualTo(size);
        try (InputStream in = memory.open("large")) {
          for (long read = 0; read < size; read += part.length) {
            assertThat(Arrays.equals(in.readNBytes(part.length), part)).isTrue();
          }
          assertThat(in.read()).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void write_sizeUnknown_doublesTheBlocks() throws Exception {
    byte[] part = new byte[1 << 16];
    List<Integer> blocks = new ArrayList<>();
    try (StagedFiles staged = new StagedFiles()) {
      try (OutputStream out = staged.create("file", -1)) {
        for (int i = 0; i < 20; i++) {
          out.write(part);
        }
      }
      try (ModelMemory memory = staged.take("m")) {
        memory.move("file", bytes -> blocks.add(bytes.remaining() >> 16));
      }
    }
    assertThat(blocks).containsExactly(1, 2, 4, 8, 5);
  }

  @Test
  void write_sizeUnknownOrWrong_doesNoHarm() throws Exception {
    try (StagedFiles staged = new StagedFiles()) {
      for (long guess : new long[] {-1, 0, 3, 1000}) {
        try (OutputStream out = staged.create("file" + guess, guess)) {
          out.write('a');
          out.write(new byte[] {'b', 'c', 'd', 'e'}, 1, 3);
        }
      }
      staged.create("empty", 0).close();
      try (ModelMemory memory = staged.take("m")) {
        assertThat(memory.paths()).containsExactly("empty", "file-1", "file0", "file1000", "file3");
        for (long guess : new long[] {-1, 0, 3, 1000}) {
          assertThat(memory.open("file" + guess)).hasContent("acde");
        }
        assertThat(memory.open("empty")).isEmpty();
      }
    }
  }
}
