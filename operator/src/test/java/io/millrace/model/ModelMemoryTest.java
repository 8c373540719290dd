package io.millrace.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelMemory.Block;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelMemoryTest {
  private final List<String> released = new ArrayList<>();

  private Block own(String text) {
    return new Block(UTF_8.encode(text), () -> released.add(text));
  }

  private static Block others(String text) {
    return new Block(UTF_8.encode(text), null);
  }

  private static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes).toString();
  }

  @Test
  void open_readsAcrossBlocks() throws Exception {
    ModelMemory memory =
        new ModelMemory("m", Map.of("a/b", List.of(own("one"), own(""), own("2"))));
    assertThat(memory.size("a/b")).isEqualTo(4);
    assertThat(memory.bytes()).isEqualTo(4);
    assertThat(memory.open("a/b")).hasContent("one2");
    assertThat(memory.open("a/b")).hasContent("one2");
    assertThat(memory.contains("a")).isFalse();
    assertThatThrownBy(() -> memory.open("a"))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage("m/a is not in memory");
  }

  @Test
  void block_isFromPositionToLimit() throws Exception {
    ByteBuffer buffer = UTF_8.encode("abcdef").position(2).limit(4);
    ModelMemory memory = new ModelMemory("m", Map.of("a", List.of(new Block(buffer, null))));
    buffer.clear();
    assertThat(memory.open("a")).hasContent("cd");
  }

  @Test
  void move_letsGoOfEachBlockOnceItIsTaken() throws Exception {
    ModelMemory memory = new ModelMemory("m", Map.of("a", List.of(own("1"), own("2"))));
    InputStream begun = memory.open("a");
    List<String> taken = new ArrayList<>();
    memory.move(
        "a",
        bytes -> {
          assertThat(released).isEqualTo(taken);
          taken.add(text(bytes));
        });
    assertThat(taken).containsExactly("1", "2");
    assertThat(released).containsExactly("1", "2");
    assertThat(memory.contains("a")).isFalse();
    assertThatThrownBy(begun::read).hasMessage("m/a is not in memory any more");
    memory.close();
    assertThat(released).hasSize(2);
  }

  @Test
  void move_thatFails_letsGoOfTheRest() {
    ModelMemory memory = new ModelMemory("m", Map.of("a", List.of(own("1"), own("2"))));
    assertThatThrownBy(
            () ->
                memory.move(
                    "a",
                    bytes -> {
                      throw new IOException("full");
                    }))
        .hasMessage("full");
    assertThat(released).containsExactly("1", "2");
    assertThat(memory.paths()).isEmpty();
  }

  @Test
  void move_ofBlocksOfSomebodyElse_leavesThem() throws Exception {
    ModelMemory memory = new ModelMemory("m", Map.of("a", List.of(others("1"), others("2"))));
    for (int i = 0; i < 2; i++) {
      List<String> taken = new ArrayList<>();
      memory.move("a", bytes -> taken.add(text(bytes)));
      assertThat(taken).containsExactly("1", "2");
    }
    assertThat(memory.open("a")).hasContent("12");
  }

  @Test
  void close_twice_letsGoOnce() {
    ModelFiles files =
        new ModelFiles(
            new ModelMemory("m", Map.of("a", List.of(own("1")), "b", List.of(own("22")))), "sha");
    assertThat(files.bytes()).isEqualTo(3);
    assertThatThrownBy(files::directory).hasMessageContaining("m is in memory: expected files in");
    files.close();
    files.close();
    assertThat(released).containsExactlyInAnyOrder("1", "22");
    assertThat(files.content().contains("a")).isFalse();
  }
}
