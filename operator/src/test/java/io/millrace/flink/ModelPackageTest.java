package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPackageTest {
  @TempDir private Path temporary;
  private Path model;
  private ModelPackage version;

  @BeforeEach
  void writeModel() throws Exception {
    model = Files.createDirectories(temporary.resolve("fraud/7"));
    Files.createDirectory(model.resolve("variables"));
    Files.writeString(model.resolve("saved_model.pb"), "graph");
    Files.writeString(model.resolve("variables/variables.index"), "index");
    version = ModelPackage.at(model.toUri());
  }

  @Test
  void write_thenManifest_isTheSame() throws Exception {
    assertThat(version.manifest()).isEmpty();
    Manifest written = Packaged.write(model);

    assertThat(version.manifest()).contains(written);
    assertThat(version.verify().findings()).isEmpty();
    assertThat(Packaged.files(model))
        .extracting(path -> model.relativize(path).toString())
        .containsExactly("manifest.json", "saved_model.pb", "variables/variables.index");
  }

  @Test
  void write_whereOneIs_changesNothing() throws Exception {
    Manifest written = Packaged.write(model);
    Files.writeString(model.resolve("saved_model.pb"), "grabh");

    assertThatThrownBy(() -> version.write(written))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("manifest.json is there already: remove it");
    assertThat(version.manifest()).contains(written);
  }

  @Test
  void write_whereItCannotBe_leavesNothing() throws Exception {
    Manifest manifest = Packaged.manifest(model);
    Files.createSymbolicLink(model.resolve("manifest.json.part"), Path.of("/dev/full"));

    assertThatThrownBy(() -> version.write(manifest))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device");
    try (Stream<Path> left = Files.list(model)) {
      assertThat(left)
          .map(Path::getFileName)
          .map(Path::toString)
          .containsExactlyInAnyOrder("saved_model.pb", "variables");
    }
    assertThat(version.manifest()).isEmpty();

    version.write(manifest);
    assertThat(version.verify().findings()).isEmpty();
  }

  @Test
  void restOfAWrite_thatWasInterrupted_countsNowhere() throws Exception {
    Manifest manifest = Packaged.manifest(model);
    Files.writeString(model.resolve("manifest.json.part"), "{\"format\"");
    FileSystemModelStore store = FileSystemModelStore.of(List.of(temporary.toUri().toString()));
    try (ModelFiles files = store.fetch(model.toUri(), null)) {
      assertThat(files.digest()).isEqualTo(manifest.version().digest());
      assertThat(files.directory().resolve("manifest.json.part")).doesNotExist();
    }
    assertThat(version.manifest()).isEmpty();

    version.write(manifest);
    Files.writeString(model.resolve("manifest.json.part"), "{\"format\"");
    assertThat(version.verify().findings()).isEmpty();
    store.fetch(model.toUri(), manifest.version().digest()).close();
  }

  @Test
  void write_overTheRestOfOneThatWasInterrupted_isWhole() throws Exception {
    Manifest manifest = Packaged.manifest(model);
    Files.writeString(model.resolve("manifest.json.part"), "{\"format\"".repeat(1000));

    version.write(manifest);
    assertThat(version.manifest()).contains(manifest);
    assertThat(model.resolve("manifest.json.part")).doesNotExist();
  }

  @Test
  void verify_everythingWrong_isListedAtOnce() throws Exception {
    Files.writeString(model.resolve("gone"), "x");
    Files.writeString(model.resolve("longer"), "x");
    Packaged.write(model);
    Files.delete(model.resolve("gone"));
    Files.writeString(model.resolve("longer"), "xx");
    Files.writeString(model.resolve("extra"), "xxx");
    Files.writeString(model.resolve("saved_model.pb"), "grabh");

    assertThat(version.verify().findings())
        .containsExactly(
            "'gone' is missing: expected 1 bytes",
            "'longer' has 2 bytes: expected 1",
            "'extra' (3 bytes) is not listed",
            "'saved_model.pb' has SHA-256 "
                + Packaged.sha256("grabh")
                + ": expected "
                + Packaged.sha256("graph"));
  }

  @Test
  void verify_withoutManifest_isIncomplete() {
    assertThatThrownBy(version::verify)
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.INCOMPLETE))
        .hasMessageContaining("has no manifest.json: expected one");
  }
}
