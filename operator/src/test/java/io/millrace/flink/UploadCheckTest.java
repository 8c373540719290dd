package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions without a manifest, whose upload may not be over. */
class UploadCheckTest {
  private static final String INDEX = "variables/variables.index";

  /** What happens to the version between the two listings. */
  @FunctionalInterface
  private interface Change {
    void happen() throws IOException;
  }

  @TempDir private Path temporary;
  private Path copies;
  private Path model;
  private int pauses;

  @BeforeEach
  void createFolders() throws IOException {
    copies = temporary.resolve("copies");
    model = Files.createDirectories(temporary.resolve("models/7/variables")).getParent();
  }

  private void write(String... paths) throws IOException {
    for (String path : paths) {
      Files.writeString(model.resolve(path), path);
    }
  }

  private static String shard(int index, int count) {
    return "variables/variables.data-%05d-of-%05d".formatted(index, count);
  }

  private FileSystemModelStore store(Change change) {
    UploadCheck check =
        new UploadCheck(
            Duration.ofSeconds(3),
            time -> {
              assertThat(time).isEqualTo(Duration.ofSeconds(3));
              pauses++;
              try {
                change.happen();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    return FileSystemModelStore.of(List.of(temporary.resolve("models").toString()), copies)
        .with(check);
  }

  private String digest() throws Exception {
    try (var files = store(() -> {}).fetch(model.toUri(), null)) {
      return files.digest();
    }
  }

  private AbstractThrowableAssert<?, ModelException> assertIncomplete(Change change) {
    AbstractThrowableAssert<?, ModelException> rejection =
        assertThatThrownBy(() -> store(change).fetch(model.toUri(), null))
            .asInstanceOf(throwable(ModelException.class))
            .satisfies(e -> assertThat(e.reason()).isEqualTo(ModelReason.INCOMPLETE))
            .hasMessageContaining("file://" + model);
    assertThat(copies).doesNotExist();
    return rejection;
  }

  @Test
  void fault04_shardsThatOthersCallFor_areMissing() throws Exception {
    write("saved_model.pb", INDEX, shard(0, 3), shard(2, 3));
    assertIncomplete(() -> {}).hasMessageContaining("lacks '" + shard(1, 3) + "': it may still be");
    write(shard(1, 3));
    store(() -> {}).fetch(model.toUri(), null).close();
  }

  @Test
  void fault04_indexOrEveryShard_isMissing() throws Exception {
    write("saved_model.pb", shard(0, 1));
    assertIncomplete(() -> {}).hasMessageContaining("lacks '" + INDEX + "'");
    Files.delete(model.resolve(shard(0, 1)));
    write(INDEX);
    assertIncomplete(() -> {}).hasMessageContaining("lacks 'variables/variables.data-00000-of-*'");
  }

  @Test
  void fetch_manyShardsMissing_namesTheFirst() throws Exception {
    write("saved_model.pb", INDEX, shard(7, 99_999));
    assertIncomplete(() -> {}).hasMessageContaining(shard(4, 99_999) + "' and 99993 more");
  }

  @Test
  void fetch_shardsOfAnEarlierSaveBesideAWholeSet_areNoObstacle() throws Exception {
    write("saved_model.pb", INDEX, shard(0, 3), shard(0, 1));
    store(() -> {}).fetch(model.toUri(), null).close();
  }

  @Test
  void fetch_withoutVariables_isWhole() throws Exception {
    write("saved_model.pb");
    store(() -> {}).fetch(model.toUri(), null).close();
    assertThat(pauses).isEqualTo(1);
  }

  @Test
  void uploadInProgress_fileGrowsComesOrIsWrittenAnew_isIncomplete() throws Exception {
    write("saved_model.pb", INDEX, shard(0, 1));
    Path graph = model.resolve("saved_model.pb");
    assertIncomplete(() -> Files.writeString(graph, "more", StandardOpenOption.APPEND))
        .hasMessageContaining("is still being written: within 3000 ms")
        .hasMessageContaining("'saved_model.pb'");
    assertIncomplete(() -> write("vocabulary.txt")).hasMessageContaining("'vocabulary.txt'");
    assertIncomplete(() -> Files.delete(model.resolve("vocabulary.txt")))
        .hasMessageContaining("'vocabulary.txt'");
    FileTime later = FileTime.from(Files.getLastModifiedTime(graph).toInstant().plusSeconds(1));
    assertIncomplete(() -> Files.setLastModifiedTime(graph, later))
        .hasMessageContaining("'saved_model.pb'");
  }

  @Test
  void fetch_digestOrManifest_saysThatItIsWholeWithoutAWait() throws Exception {
    write("saved_model.pb", INDEX, shard(0, 1));
    String digest = digest();
    assertThat(pauses).isEqualTo(1);
    store(() -> {}).fetch(model.toUri(), digest).close();
    Packaged.write(model);
    store(() -> {}).fetch(model.toUri(), null).close();
    assertThat(pauses).isEqualTo(1);
  }
}
