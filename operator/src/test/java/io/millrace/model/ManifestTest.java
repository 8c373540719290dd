package io.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final String SHA256 = "0123456789abcdef".repeat(4);
  private static final ModelVersion VERSION = new ModelVersion("fraud", 7, "sha256:" + SHA256);

  private static Manifest.File file(String path) {
    return new Manifest.File(path, 3, SHA256);
  }

  private static Manifest manifest(ModelVersion version, List<Manifest.File> files) {
    return new Manifest(version, files, "", List.of());
  }

  @Test
  void manifest_filesInAnyOrder_areSortedByPath() {
    Manifest manifest =
        manifest(VERSION, List.of(file("variables/v"), file("assets/a"), file("b")));

    assertThat(manifest.files())
        .extracting(Manifest.File::path)
        .containsExactly("assets/a", "b", "variables/v");
    assertThat(manifest.bytes()).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\\b", "a\nb"})
  void file_pathThatLeavesTheDirectoryOrCannotBe_isRefused(String path) {
    assertThatThrownBy(() -> file(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("path ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifest.json", "model.sig", "manifest.json.part"})
  void file_ofThePackaging_isRefused(String path) {
    assertThatThrownBy(() -> file(path)).hasMessageContaining("expected none of the packaging");
    assertThat(file("assets/" + path).path()).endsWith(path);
  }

  @Test
  void file_sizeOrHashThatCannotBe_isRefusedByPath() {
    assertThatThrownBy(() -> new Manifest.File("a", -1, SHA256))
        .hasMessage("size -1 of 'a': expected >= 0");
    assertThatThrownBy(() -> new Manifest.File("a", 1, SHA256.replace('a', 'A')))
        .hasMessageContaining("sha256 of 'a'")
        .hasMessageContaining("expected 64 hexadecimal digits");
  }

  @Test
  void manifest_withoutFilesOrWithOneTwice_isRefused() {
    assertThatThrownBy(() -> manifest(VERSION, List.of())).hasMessageContaining("no files");
    assertThatThrownBy(() -> manifest(VERSION, List.of(file("a"), file("a"))))
        .hasMessage("path 'a' is listed twice");
  }

  @Test
  void manifest_nameOrDigestThatCannotBe_isRefused() {
    assertThatThrownBy(
            () -> manifest(new ModelVersion("a b", 7, VERSION.digest()), List.of(file("a"))))
        .hasMessageContaining("model 'a b': expected 1 to 200 letters");
    assertThatThrownBy(() -> manifest(new ModelVersion("fraud", 7, SHA256), List.of(file("a"))))
        .hasMessageContaining("expected sha256: and 64 hexadecimal digits");
  }
}
