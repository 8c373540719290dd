package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  @TempDir private Path temporary;
  private Path target;

  @BeforeEach
  void nameTarget() {
    target = temporary.resolve("scored");
  }

  private OutputFolder prepare(boolean overwrite) throws IOException {
    return OutputFolder.prepare(new org.apache.flink.core.fs.Path(target.toString()), overwrite);
  }

  private static StagedFile open(OutputFolder folder, String name) throws IOException {
    return new StagedFile(
        folder,
        name,
        FileSystem.getLocalFileSystem().createRecoverableWriter(),
        (out, ignored) -> new LineWriter(out));
  }

  private static WrittenFile file(OutputFolder folder, String name, String line)
      throws IOException {
    try (StagedFile file = open(folder, name)) {
      file.write(new FileOutcome("file:/in", 0, 7L, line.getBytes(UTF_8)));
      return file.finish();
    }
  }

  private List<String> siblings() throws IOException {
    try (var files = Files.list(temporary)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private RunSummary summary() throws IOException {
    return OutputFolder.summary(new org.apache.flink.core.fs.Path(target.toString()));
  }

  @Test
  void commit_filesOfTheRun_showTogetherAndNothingElseDoes() throws IOException {
    OutputFolder folder = prepare(false);
    file(folder, "a/1.jsonl", "one");
    WrittenFile again = file(folder, "a/1.jsonl", "one");
    WrittenFile second = file(folder, "2.jsonl", "two");
    open(folder, "abandoned.jsonl").close();
    assertThat(siblings()).containsExactly("_scored.part");

    folder.commit(List.of(second, again));

    assertThat(siblings()).containsExactly("scored");
    assertThat(target.resolve("a/1.jsonl")).hasContent("one\n");
    assertThat(target.resolve("2.jsonl")).hasContent("two\n");
    try (var files = Files.walk(target)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(3);
    }
    assertThat(summary()).isEqualTo(RunSummary.of(List.of(second, again)));
    assertThat(summary().versions()).isEqualTo(Map.of(7L, 2L));
  }

  @Test
  void commit_doneAgain_changesNothing() throws IOException {
    OutputFolder folder = prepare(false);
    List<WrittenFile> files = List.of(file(folder, "1.jsonl", "one"));
    folder.commit(files);
    byte[] success = Files.readAllBytes(target.resolve(OutputFolder.SUCCESS));

    folder.commit(files);

    assertThat(target.resolve("1.jsonl")).hasContent("one\n");
    assertThat(target.resolve(OutputFolder.SUCCESS)).hasBinaryContent(success);
  }

  @Test
  void summary_digest_saysWhatIsInTheFiles() throws IOException {
    OutputFolder folder = prepare(false);
    String digest = RunSummary.of(List.of(file(folder, "1.jsonl", "one"))).digest();

    assertThat(digest).matches("sha256:[0-9a-f]{64}");
    assertThat(RunSummary.of(List.of(file(folder, "1.jsonl", "one"))).digest()).isEqualTo(digest);
    for (WrittenFile other :
        List.of(file(folder, "1.jsonl", "two"), file(folder, "2.jsonl", "one"))) {
      assertThat(RunSummary.of(List.of(other)).digest()).isNotEqualTo(digest);
    }
  }

  @Test
  void commit_ofNothing_isAnOutputWithoutRecords() throws IOException {
    prepare(false).commit(List.of());

    assertThat(summary()).isEqualTo(RunSummary.of(List.of()));
  }

  @Test
  void prepare_outputThatIsThere_isRefusedUnlessItMayBeReplaced() throws IOException {
    OutputFolder old = prepare(false);
    old.commit(List.of(file(old, "old.jsonl", "one")));

    assertThatThrownBy(() -> prepare(false))
        .hasMessageContainingAll(target.toString(), "exists", "output.overwrite");
    OutputFolder folder = prepare(true);
    WrittenFile file = file(folder, "new.jsonl", "two");
    assertThat(target.resolve("old.jsonl")).exists();
    folder.commit(List.of(file));

    assertThat(target.resolve("old.jsonl")).doesNotExist();
    assertThat(target.resolve("new.jsonl")).exists();
    assertThat(siblings()).containsExactly("scored");
  }

  @Test
  void prepare_folderOfSomethingElse_isNeverReplaced() throws IOException {
    Files.createDirectories(target);
    prepare(false);
    Files.writeString(target.resolve("letter.txt"), "dear");

    for (boolean overwrite : new boolean[] {false, true}) {
      assertThatThrownBy(() -> prepare(overwrite)).hasMessageContaining("no output of a replay");
    }
    // As other programs leave it.
    Files.createFile(target.resolve(OutputFolder.SUCCESS));
    assertThatThrownBy(() -> prepare(true)).hasMessageContaining("no output of a replay");
    assertThat(target.resolve("letter.txt")).exists();
  }

  @Test
  void commit_folderThatHasComeToBeMeanwhile_isNeverTouched() throws IOException {
    OutputFolder folder = prepare(true);
    List<WrittenFile> files = List.of(file(folder, "1.jsonl", "one"));
    Files.createDirectories(target);
    Files.writeString(target.resolve("letter.txt"), "dear");
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> folder.commit(files)).hasMessageContaining("has come to be");
    }
    assertThatThrownBy(() -> prepare(true)).hasMessageContaining("no output of a replay");
    assertThat(target.resolve("letter.txt")).hasContent("dear");
  }

  @Test
  void begin_otherWasKilledInTheMiddleOfAReplacement_theFormerOutputIsBack() throws IOException {
    OutputFolder old = prepare(false);
    old.commit(List.of(file(old, "old.jsonl", "one")));
    Path killed = Files.createDirectories(temporary.resolve("_scored.part/killed"));
    Files.move(target, killed.resolve("replaced"));

    assertThatThrownBy(() -> prepare(false))
        .hasMessageContainingAll("exists, set aside as", "killed/replaced", "output.overwrite");
    OutputFolder folder = prepare(true);
    assertThat(target).doesNotExist();
    folder.begin();
    folder.begin();

    assertThat(target.resolve("old.jsonl")).hasContent("one\n");
    folder.commit(List.of(file(folder, "new.jsonl", "two")));
    assertThat(target.resolve("new.jsonl")).hasContent("two\n");
    assertThat(siblings()).containsExactly("scored");
  }

  @Test
  void commit_halfOfWhatAKilledRunCommitted_isReplaced() throws IOException {
    OutputFolder killed = prepare(false);
    killed.commit(List.of(file(killed, "1.jsonl", "one")));
    Files.delete(target.resolve(OutputFolder.SUCCESS));
    Files.createDirectories(temporary.resolve("_scored.part/killed"));
    assertThatThrownBy(() -> prepare(false)).hasMessageContaining("no output of a replay");
    Files.createFile(temporary.resolve("_scored.part/killed/cleared"));

    OutputFolder folder = prepare(false);
    assertThat(target.resolve("1.jsonl")).exists();
    folder.commit(List.of(file(folder, "2.jsonl", "two")));

    assertThat(target.resolve("1.jsonl")).doesNotExist();
    assertThat(target.resolve("2.jsonl")).exists();
    assertThat(siblings()).containsExactly("scored");
  }

  @Test
  void prepare_besideARunThatWrites_touchesNothingOfIt() throws IOException {
    OutputFolder running = prepare(false);
    running.begin();
    WrittenFile first = file(running, "1.jsonl", "one");

    for (boolean overwrite : new boolean[] {false, true}) {
      OutputFolder other = prepare(overwrite);
      other.begin();
      file(other, "1.jsonl", "other");
    }

    running.commit(List.of(first, file(running, "2.jsonl", "two")));
    assertThat(target.resolve("1.jsonl")).hasContent("one\n");
    assertThat(target.resolve("2.jsonl")).hasContent("two\n");
    assertThat(siblings()).containsExactly("scored");
  }

  @Test
  void commit_outputThatHasComeToBeMeanwhile_isNotReplaced() throws IOException {
    OutputFolder late = prepare(false);
    OutputFolder early = prepare(false);
    WrittenFile ofLate = file(late, "late.jsonl", "late");
    early.commit(List.of(file(early, "early.jsonl", "early")));

    assertThatThrownBy(() -> late.commit(List.of(ofLate)))
        .hasMessageContainingAll("late.jsonl", "is missing", "another one");
    assertThat(target.resolve("early.jsonl")).exists();
    assertThat(target.resolve("late.jsonl")).doesNotExist();
  }

  @Test
  void outcome_writtenAndRead_isTheSame() throws IOException {
    FileOutcome outcome = new FileOutcome("file:/a", 3, "date=2026-01-31", 7L, new byte[] {1, 2});
    FileOutcome dead = new FileOutcome("file:/a", 3, FileOutcome.NO_VERSION, new byte[0]);
    for (FileOutcome each : List.of(outcome, dead)) {
      DataOutputSerializer out = new DataOutputSerializer(16);
      new FileOutcomeSerializer().serialize(each, out);
      FileOutcome read =
          new FileOutcomeSerializer().deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
      assertThat(read).usingRecursiveComparison().isEqualTo(each);
    }
  }
}
