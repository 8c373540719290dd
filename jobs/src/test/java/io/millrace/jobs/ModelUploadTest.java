package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelUploadTest {
  @TempDir private Path folder;
  private Path local;
  private Path version;

  @BeforeEach
  void localVersion() throws Exception {
    local = folder.resolve("local");
    version = folder.resolve("models/1");
    write(local.resolve("saved_model.pb"), "graph");
    write(local.resolve("variables/variables.index"), "index");
    write(local.resolve("variables/variables.data-00000-of-00001"), "data");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private boolean upload() throws Exception {
    return new ModelUpload(local, version.toUri()).run();
  }

  @Test
  void uploadThatWasCutOff_isCompleted_andThenThereAlready() throws Exception {
    write(version.resolve("variables/variables.index"), "ind");
    write(version.resolve("saved_model.pb.part"), "gra");
    assertThat(upload()).isTrue();
    assertThat(version.resolve("variables/variables.index")).hasContent("index");
    assertThat(version.resolve("saved_model.pb")).hasContent("graph");
    assertThat(version.resolve("saved_model.pb.part")).doesNotExist();
    assertThat(upload()).isFalse();
  }

  @Test
  void folderWithSomethingElse_isRefusedByName_andNothingInItChanges() throws Exception {
    write(version.resolve("variables/variables.index"), "mine");
    write(version.resolve("variables/notes.txt"), "mine too");
    assertThatIOException()
        .isThrownBy(this::upload)
        .withMessageContaining("/models/1")
        .withMessageContaining(
            "is no version that an upload left half done: it holds variables/notes.txt");
    assertThat(version.resolve("variables/variables.index")).hasContent("mine");
    assertThat(version.resolve("saved_model.pb")).doesNotExist();
    assertThat(version.resolve("saved_model.pb.part")).doesNotExist();
  }
}
