package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A commit that is interrupted after each change that it makes, and what is done then. */
class OutputCommitTest {
  private static final Map<String, String> OLD = Map.of("1.jsonl", "old one", "old.jsonl", "old");
  private static final Map<String, String> NEW =
      Map.of("1.jsonl", "one", "a/2.jsonl", "two", "a/_3.jsonl", "three");
  // Of other sizes and names, as a model may answer that is not deterministic.
  private static final Map<String, String> ANEW =
      Map.of("1.jsonl", "uno", "a/2.jsonl", "another", "b/4.jsonl", "four");

  @TempDir private Path temporary;
  private Path target;

  @BeforeEach
  void nameTarget() {
    target = temporary.resolve("scored");
  }

  private OutputFolder prepare() throws IOException {
    return OutputFolder.prepare(new org.apache.flink.core.fs.Path(target.toString()), true);
  }

  private static List<WrittenFile> write(OutputFolder folder, Map<String, String> lines)
      throws IOException {
    List<WrittenFile> written = new ArrayList<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      FileSystem files = LocalFileSystem.getSharedInstance();
      try (StagedFile file =
          new StagedFile(
              folder,
              line.getKey(),
              files.createRecoverableWriter(),
              (out, ignored) -> new LineWriter(out))) {
        file.write(new FileOutcome("file:/in", 0, 7L, line.getValue().getBytes(UTF_8)));
        written.add(file.finish());
      }
    }
    return written;
  }

  private static void commit(FileSystem files, OutputFolder folder, List<WrittenFile> written)
      throws IOException {
    new OutputCommit(files, folder, written).run();
  }

  /** The files of a folder, to be put back: writing them as a job does takes the disk's time. */
  private Map<Path, byte[]> contents() throws IOException {
    Map<Path, byte[]> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(temporary)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        contents.put(path, Files.readAllBytes(path));
      }
    }
    return contents;
  }

  private static void putBack(Map<Path, byte[]> contents) throws IOException {
    for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
      Files.createDirectories(file.getKey().getParent());
      Files.write(file.getKey(), file.getValue());
    }
  }

  private void clear() throws IOException {
    FileSystem files = LocalFileSystem.getSharedInstance();
    files.delete(new org.apache.flink.core.fs.Path(temporary.toString()), true);
    Files.createDirectories(temporary);
  }

  private void assertShows(String where, Map<String, String> lines) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(target)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        found.put(target.relativize(path).toString(), Files.readString(path));
      }
    }
    found.remove(OutputFolder.SUCCESS);
    Map<String, String> expected = new TreeMap<>();
    lines.forEach((name, line) -> expected.put(name, line + "\n"));
    assertThat(found).as(where).isEqualTo(expected);
    RunSummary summary = OutputFolder.summary(new org.apache.flink.core.fs.Path(target.toString()));
    assertThat(summary.files()).as(where).isEqualTo(lines.size());
    try (Stream<Path> siblings = Files.list(target.getParent())) {
      assertThat(siblings).as(where).containsExactly(target);
    }
  }

  /** Interrupts the commit of a run after one change, after two, and so on to its end. */
  private void interrupt(boolean replaced, boolean fileByFile, Recovery recovery)
      throws IOException {
    if (replaced) {
      OutputFolder old = prepare();
      old.commit(write(old, OLD));
    }
    OutputFolder folder = prepare();
    List<WrittenFile> written = write(folder, NEW);
    Map<Path, byte[]> before = contents();
    boolean interrupted = true;
    for (int changes = 1; interrupted; changes++) {
      clear();
      putBack(before);
      try {
        commit(new InterruptedFiles(changes, fileByFile), folder, written);
        assertThat(changes).isGreaterThan(10);
        interrupted = false;
      } catch (InterruptedFiles.Killed e) {
        // As it is meant to.
      }
      String where = "interrupted after " + changes + " changes";
      FileSystem files = new InterruptedFiles(Integer.MAX_VALUE, fileByFile);
      try {
        assertShows(where, recovery.recover(files, folder, written));
      } catch (IOException e) {
        throw new AssertionError(where, e);
      }
    }
  }

  /** What comes after an interruption; gives what is to show. */
  @FunctionalInterface
  private interface Recovery {
    Map<String, String> recover(FileSystem files, OutputFolder folder, List<WrittenFile> written)
        throws IOException;
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void run_interruptedAnywhereAndDoneAgain_showsTheOutput(boolean replaced, boolean fileByFile)
      throws IOException {
    interrupt(
        replaced,
        fileByFile,
        (files, folder, written) -> {
          commit(files, folder, written);
          return NEW;
        });
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void run_interruptedAnywhereAndTheWritersRanAgain_showsWhatTheyWrote(
      boolean replaced, boolean fileByFile) throws IOException {
    for (Map<String, String> lines : List.of(NEW, ANEW)) {
      clear();
      List<WrittenFile> rewritten = new ArrayList<>();
      Map<Path, byte[]> rewrittenFiles = new TreeMap<>();
      interrupt(
          replaced,
          fileByFile,
          (files, folder, written) -> {
            if (rewritten.isEmpty()) {
              Map<Path, byte[]> known = contents();
              rewritten.addAll(write(folder, lines));
              rewrittenFiles.putAll(contents());
              rewrittenFiles.keySet().removeAll(known.keySet());
            }
            putBack(rewrittenFiles);
            commit(files, folder, rewritten);
            return lines;
          });
    }
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void run_interruptedTwice_showsTheOutput(boolean replaced, boolean fileByFile)
      throws IOException {
    interrupt(
        replaced,
        fileByFile,
        (files, folder, written) -> {
          try {
            commit(new InterruptedFiles(5, fileByFile), folder, written);
          } catch (InterruptedFiles.Killed e) {
            commit(files, folder, written);
          }
          return NEW;
        });
  }

  @Test
  void run_placeClearedBeforeAnotherRunCommitted_leavesTheOutputOfThatOne() throws IOException {
    OutputFolder folder = prepare();
    List<WrittenFile> written = write(folder, NEW);
    Map<Path, byte[]> before = contents();
    Path cleared = Path.of(folder.cleared().getPath());
    for (int changes = 1; !Files.exists(cleared); changes++) {
      clear();
      putBack(before);
      try {
        commit(new InterruptedFiles(changes, false), folder, written);
        throw new AssertionError("never interrupted behind " + cleared);
      } catch (InterruptedFiles.Killed e) {
        // As it is meant to.
      }
    }
    OutputFolder other = prepare();
    List<WrittenFile> othersFiles = write(other, ANEW);
    Map<Path, byte[]> ready = contents();
    other.commit(othersFiles);
    ready
        .keySet()
        .removeIf(path -> !path.startsWith(Path.of(folder.staged().getParent().getPath())));
    putBack(ready);

    assertThatThrownBy(() -> folder.commit(written))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is the whole output of another run");
    List<WrittenFile> rewritten = write(folder, OLD);
    assertThatThrownBy(() -> folder.commit(rewritten))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is the whole output of another run");
    assertThat(target.resolve("b/4.jsonl")).hasContent("four\n");
  }
}
