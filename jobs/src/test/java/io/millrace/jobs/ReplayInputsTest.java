package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayInputsTest {
  @TempDir private Path folder;

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  private static void require(Path... paths) throws IOException, ConfigurationException {
    ReplayInputs.require(
        "input.paths",
        List.of(paths).stream()
            .map(path -> new org.apache.flink.core.fs.Path(path.toUri()))
            .toList());
  }

  private static void assertPassedOver(Path... paths) {
    assertThatThrownBy(() -> require(paths))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(
            "input.paths", paths[paths.length - 1].toString(), "begin", "'_'", "expected");
  }

  @Test
  void require_filesThatShow_areEnoughIfEmpty() throws IOException {
    Path plain = file("plain/day/a.jsonl");
    file("plain/_SUCCESS");

    assertThatCode(() -> require(plain, folder.resolve("plain"), folder))
        .doesNotThrowAnyException();
  }

  @Test
  void require_whatIsPassedOver_isNamed() throws IOException {
    Path plain = file("plain/a.jsonl");
    assertPassedOver(plain, file("_a.jsonl"));
    assertPassedOver(file(".a.jsonl"));
    file("_folder/a.jsonl");
    assertPassedOver(folder.resolve("_folder"));
    file("hidden/_temporary/a.jsonl");
    file("hidden/.a.jsonl");
    assertPassedOver(plain, folder.resolve("hidden"));
    assertPassedOver(Files.createDirectories(folder.resolve("empty/below")).getParent());
  }

  @Test
  void require_whatDoesNotExist_isNamed() {
    assertThatThrownBy(() -> require(folder.resolve("nowhere")))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("input.paths", "nowhere", "does not exist");
  }
}
