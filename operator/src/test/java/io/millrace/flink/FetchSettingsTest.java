package io.millrace.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelMemory;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The store of a task, whole: where it keeps what, and what it checks and tries again. */
class FetchSettingsTest {
  private static final String SHARD = "variables/variables.data-00000-of-00001";

  @TempDir private Path temporary;
  private final AtomicInteger tries = new AtomicInteger();
  private Path machine;
  private Path model;

  @BeforeEach
  void writeModel() throws Exception {
    machine = temporary.resolve("machine");
    model = Files.createDirectories(temporary.resolve("models/7"));
    Files.createDirectory(model.resolve("variables"));
    for (String file : List.of("saved_model.pb", "variables/variables.index", SHARD)) {
      Files.writeString(model.resolve(file), file);
    }
  }

  /** Two tries fail, and there is one more. */
  private ModelStore store(Staging staging) {
    return new FetchSettings(
            2, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(1), null, 1 << 20)
        .store(
            List.of(temporary.resolve("models").toString()),
            machine,
            remote ->
                remote
                    .with(staging)
                    .limitedBy(
                        (location, size) -> {
                          if (tries.incrementAndGet() < 3) {
                            throw new ModelException(ModelReason.FETCH_FAILED, "try again");
                          }
                        }));
  }

  private List<Path> kept() throws Exception {
    Path cache = machine.resolve("millrace-cache-" + System.getProperty("user.name"));
    try (Stream<Path> entries = Files.list(cache.resolve("versions"))) {
      return entries.toList();
    }
  }

  @ParameterizedTest
  @EnumSource(Staging.class)
  void store_whatMayPass_isTriedAgainWhereverTheFilesGo(Staging staging) throws Exception {
    try (ModelFiles files = store(staging).fetch(model.toUri(), null)) {
      assertThat(files.read(SHARD, 100)).hasValue(SHARD.getBytes(UTF_8));
    }
    assertThat(tries).hasValue(3);
  }

  @ParameterizedTest
  @EnumSource(Staging.class)
  void store_uploadThatIsNotOver_isIncompleteWhereverTheFilesGo(Staging staging) throws Exception {
    Files.delete(model.resolve(SHARD));
    assertThatThrownBy(() -> store(staging).fetch(model.toUri(), null))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.INCOMPLETE))
        .hasMessageContaining("lacks 'variables/variables.data-00000-of-*'");
  }

  @Test
  void store_onDisk_keepsWhatItFetched() throws Exception {
    store(Staging.DISK).fetch(model.toUri(), null).close();
    assertThat(kept()).hasSize(1);
  }

  @Test
  void store_inMemory_touchesNoDisk() throws Exception {
    try (ModelFiles files = store(Staging.MEMORY).fetch(model.toUri(), null)) {
      assertThat(files.content()).isInstanceOf(ModelMemory.class);
      assertThat(machine).doesNotExist();
    }
    assertThat(machine).doesNotExist();
  }
}
