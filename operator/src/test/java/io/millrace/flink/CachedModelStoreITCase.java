package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import io.millrace.model.ModelFiles;
import io.millrace.model.ModelStore;
import io.millrace.testing.check.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the processes of two TaskManagers on one machine. */
class CachedModelStoreITCase {
  private static final int VERSIONS = 12;

  @TempDir private Path temporary;

  @Test
  void fetch_byTwoProcesses_copiesEachVersionOnce() throws Exception {
    for (int number = 1; number <= VERSIONS; number++) {
      Path version = Files.createDirectories(temporary.resolve("models/m/" + number));
      Path graph = Files.write(version.resolve("saved_model.pb"), new byte[number << 14]);
      // Of a file that was written just now, the time does not tell whether it changed since.
      Files.setLastModifiedTime(graph, FileTime.from(Instant.now().minusSeconds(60)));
      if (number % 2 == 0) {
        Packaged.write(version);
      }
    }
    Process one = start("one");
    Process other = start("other");
    try {
      // Both stand ready before either begins.
      assertThat(one.inputReader().readLine()).isEqualTo(Fetching.READY);
      assertThat(other.inputReader().readLine()).isEqualTo(Fetching.READY);
      Files.createFile(temporary.resolve(Fetching.GO));
      List<String> ofOne = files(one);
      assertThat(ofOne).hasSize(VERSIONS).doesNotHaveDuplicates().isEqualTo(files(other));
    } finally {
      one.destroyForcibly();
      other.destroyForcibly();
    }
  }

  private Process start(String name) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Fetching.class.getName(),
            temporary.toString())
        .redirectError(temporary.resolve(name + ".log").toFile())
        .start();
  }

  private List<String> files(Process process) throws Exception {
    List<String> lines =
        process.inputReader().lines().filter(line -> line.startsWith(Fetching.SAYS)).toList();
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue())
        .as(
            () ->
                contentOf(temporary.resolve("one.log").toFile())
                    + contentOf(temporary.resolve("other.log").toFile()))
        .isZero();
    return lines;
  }

  /** Fetches all versions, keeps them until the end, and says which file each one's graph is. */
  static final class Fetching {
    /** Tells its lines from those of the log. */
    static final String SAYS = "> ";

    static final String READY = "ready";
    static final String GO = "go";

    public static void main(String[] args) throws Exception {
      Path temporary = Path.of(args[0]);
      Path models = temporary.resolve("models");
      FetchSettings settings =
          new FetchSettings(
              0, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(5), null, 1 << 30);
      ModelStore store = settings.store(List.of(models.toString()), temporary, remote -> remote);
      System.out.println(READY);
      Await.until("the word to begin", () -> Files.exists(temporary.resolve(GO)));
      List<ModelFiles> held = new ArrayList<>();
      for (int number = 1; number <= VERSIONS; number++) {
        ModelFiles files = store.fetch(models.resolve("m/" + number).toUri(), null);
        held.add(files);
        Path graph = files.directory().resolve("saved_model.pb");
        System.out.println(SAYS + number + " " + Files.getAttribute(graph, "unix:ino"));
      }
      held.forEach(ModelFiles::close);
    }
  }
}
