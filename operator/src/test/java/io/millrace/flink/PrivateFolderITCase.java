package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real process as the owner. */
class PrivateFolderITCase {
  @TempDir Path temporary;

  @Test
  void create_afterOwnerWasKilled_sweepsItsFolderAndNotBefore() throws Exception {
    Path parent = temporary.resolve("copies");
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                parent.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Path held = Path.of(owner.inputReader().readLine());
      assertThat(held).isDirectory().hasParent(parent);
      PrivateFolder.create(parent).close();
      assertThat(held).exists();
      owner.destroyForcibly().waitFor();
      PrivateFolder.create(parent).close();
      assertThat(parent).isEmptyDirectory();
    } finally {
      owner.destroyForcibly();
    }
  }

  /** Holds a folder until it is killed. */
  static final class Owner {
    public static void main(String[] args) throws Exception {
      PrivateFolder folder = PrivateFolder.create(Path.of(args[0]));
      Files.writeString(folder.path().resolve("saved_model.pb"), "half a model");
      System.out.println(folder.path());
      Thread.currentThread().join();
    }
  }
}
