package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelFiles;
import io.millrace.model.ModelStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    Process one = start();
    Process other = start();
    try {
      List<String> ofOne = files(one);
      assertThat(ofOne).hasSize(VERSIONS).doesNotHaveDuplicates().isEqualTo(files(other));
    } finally {
      one.destroyForcibly();
      other.destroyForcibly();
    }
  }

  private Process start() throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Fetching.class.getName(),
            temporary.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<String> files(Process process) throws Exception {
    List<String> lines =
        process.inputReader().lines().filter(line -> line.startsWith(Fetching.SAYS)).toList();
    assertThat(process.waitFor()).isZero();
    return lines;
  }

  /** Fetches all versions, keeps them until the end, and says which file each one's graph is. */
  static final class Fetching {
    /** Tells its lines from those of the log. */
    static final String SAYS = "> ";

    public static void main(String[] args) throws Exception {
      Path temporary = Path.of(args[0]);
      Path models = temporary.resolve("models");
      FetchSettings settings =
          new FetchSettings(
              0, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(5), null, 1 << 30);
      ModelStore store = settings.store(List.of(models.toString()), temporary, remote -> remote);
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
