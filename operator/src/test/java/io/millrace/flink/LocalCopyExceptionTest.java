package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalCopyExceptionTest {
  @TempDir private Path temporary;

  @Test
  void writeToAFullDevice_namesTheFile() throws Exception {
    Path full = Path.of("/dev/full");
    try (OutputStream out = LocalCopyException.write(full, () -> Files.newOutputStream(full))) {
      assertThatThrownBy(() -> out.write(1))
          .isInstanceOf(LocalCopyException.class)
          .hasMessage("cannot write /dev/full: java.io.IOException: No space left on device");
    }
  }

  @Test
  void fileInNoFolder_isNamed() {
    Path file = temporary.resolve("none/file");
    assertThatThrownBy(() -> LocalCopyException.write(file, () -> Files.newOutputStream(file)))
        .isInstanceOf(LocalCopyException.class)
        .hasMessageStartingWith("cannot write " + file + ": java.nio.file.NoSuchFileException");
  }
}
