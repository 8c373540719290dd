package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelStore;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that may write no file of more than two megabytes, as on a disk that is full. */
class FullDiskITCase {
  @TempDir private Path temporary;

  private Path version(int number, int bytes) throws Exception {
    Path version = Files.createDirectories(temporary.resolve("models/m/" + number));
    try (RandomAccessFile graph =
        new RandomAccessFile(version.resolve("saved_model.pb").toFile(), "rw")) {
      graph.setLength(bytes);
    }
    Packaged.write(version);
    return version;
  }

  @Test
  void fault45_diskFullInTheMiddleOfACopy_isRefusedLeavesNothingAndTheNextVersionIsFetched()
      throws Exception {
    Path large = version(1, 8 << 20);
    Path small = version(2, 1 << 10);
    Process child =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -f 2048 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Fetching.class.getName(),
                temporary.toString(),
                large.toString(),
                small.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> lines =
        child.inputReader().lines().filter(line -> line.startsWith(Fetching.SAYS)).toList();
    assertThat(child.waitFor()).isZero();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .startsWith(
            Fetching.SAYS + "FETCH_FAILED cannot copy file://" + large + " to this machine:")
        .contains(
            "cannot write " + temporary.resolve("millrace-models-"),
            "/saved_model.pb: java.io.IOException: File too large",
            "given up after 3 tries")
        .endsWith("[]");
    assertThat(lines.get(1)).startsWith(Fetching.SAYS + "fetched ").endsWith("[]");
  }

  /** Fetches versions and says what came of it, and what is left in the folder of copies. */
  static final class Fetching {
    /** Tells its lines from those of the log. */
    static final String SAYS = "> ";

    public static void main(String[] args) throws Exception {
      Path temporary = Path.of(args[0]);
      Path copies = temporary.resolve("millrace-models-" + System.getProperty("user.name"));
      FetchSettings settings =
          new FetchSettings(
              2, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO, null, 1 << 30);
      ModelStore store =
          settings.store(
              List.of(temporary.resolve("models").toString()), temporary, remote -> remote);
      for (String version : List.of(args[1], args[2])) {
        String outcome;
        try (ModelFiles files = store.fetch(Path.of(version).toUri(), null)) {
          outcome = "fetched " + files.digest();
        } catch (ModelException e) {
          outcome = e.reason() + " " + e.getMessage();
        }
        try (Stream<Path> left = Files.list(copies)) {
          System.out.println(SAYS + outcome + " " + left.toList());
        }
      }
    }
  }
}
