package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real process as the owner. */
class PrivateFolderITCase {
  @TempDir Path temporary;

  @Test
  void create_afterOwnerWasKilled_sweepsItsFolderAndNotBefore() throws Exception {
    Path parent = temporary.resolve("copies");
    Process owner = start(Owner.class, parent);
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

  /** A sweep between a folder's making and its lock would take it for that of a dead process. */
  @Test
  void create_whileAnotherProcessSweeps_neverLosesItsFolder() throws Exception {
    Path parent = temporary.resolve("copies");
    Process other = start(Maker.class, parent);
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("ready");
      Maker.make(parent);
      assertThat(other.waitFor(3, TimeUnit.MINUTES)).isTrue();
      assertThat(other.exitValue()).isZero();
      assertThat(parent).isEmptyDirectory();
    } finally {
      other.destroyForcibly();
    }
  }

  private static Process start(Class<?> main, Path parent) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            parent.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Makes and closes folders, one after the other. */
  static final class Maker {
    private static final int FOLDERS = 2_000;

    public static void main(String[] args) throws Exception {
      System.out.println("ready");
      make(Path.of(args[0]));
    }

    static void make(Path parent) throws IOException {
      for (int i = 0; i < FOLDERS; i++) {
        try (PrivateFolder folder = PrivateFolder.create(parent)) {
          Files.writeString(folder.path().resolve("saved_model.pb"), "a model");
        }
      }
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
