package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import io.millrace.flink.InferenceOptions.Integrity;
import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store makes of versions with a manifest, and of those that should have one. */
class PackagedModelStoreTest {
  private static final String SHARD = "variables/variables.data-00000-of-00001";

  @TempDir private Path temporary;
  private Path copies;
  private Path model;
  private Path manifest;
  private FileSystemModelStore store;

  @BeforeEach
  void writeModel() throws Exception {
    copies = temporary.resolve("copies");
    model = Files.createDirectories(temporary.resolve("models/fraud/7"));
    manifest = model.resolve(Manifest.FILE_NAME);
    Files.createDirectory(model.resolve("variables"));
    Files.writeString(model.resolve("saved_model.pb"), "graph");
    Files.writeString(model.resolve("variables/variables.index"), "index");
    Files.writeString(model.resolve(SHARD), "weights");
    store = FileSystemModelStore.of(List.of(temporary.resolve("models").toString()), copies);
  }

  private AbstractThrowableAssert<?, ModelException> assertRejected(
      ModelReason reason, @Nullable String digest) {
    AbstractThrowableAssert<?, ModelException> rejection =
        assertThatThrownBy(() -> store.fetch(model.toUri(), digest))
            .asInstanceOf(throwable(ModelException.class))
            .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
            .hasMessageContaining("file://" + model);
    if (Files.exists(copies)) {
      assertThat(copies).isEmptyDirectory();
    }
    return rejection;
  }

  @Test
  void fetch_packaged_givesExactlyTheListedFiles() throws Exception {
    Manifest packaged = Packaged.write(model);
    Files.writeString(model.resolve(Manifest.SIGNATURE_FILE_NAME), "signature");
    for (Integrity integrity : Integrity.values()) {
      try (ModelFiles files = store.with(integrity).fetch(model.toUri(), null)) {
        assertThat(files.digest()).isEqualTo(packaged.version().digest());
        assertThat(files.bytes()).isEqualTo(packaged.bytes()).isEqualTo(17);
        assertThat(Packaged.list(files.directory())).isEqualTo(packaged.files());
      }
    }
  }

  @Test
  void fetch_announcedDigest_isComparedWithTheManifestBeforeAnyCopy() throws Exception {
    Manifest packaged = Packaged.write(model);
    String other = "sha256:" + "0".repeat(64);

    store.fetch(model.toUri(), packaged.version().digest()).close();
    Files.delete(copies);
    assertRejected(ModelReason.DIGEST_MISMATCH, other)
        .hasMessageContaining("expected " + other + " as announced, got ")
        .hasMessageContaining(packaged.version().digest() + " in its manifest.json");
    assertThat(copies).doesNotExist();
  }

  @Test
  void fault04_listedFileMissing_isRefusedBeforeAnyCopy() throws Exception {
    Packaged.write(model);
    Files.delete(model.resolve(SHARD));

    assertRejected(ModelReason.INCOMPLETE, null)
        .hasMessageContaining("'" + SHARD + "' is missing: expected 7 bytes");
    assertThat(copies).doesNotExist();
  }

  @Test
  void fault05_otherSize_isRefusedBeforeAnyCopy() throws Exception {
    Packaged.write(model);
    Files.writeString(model.resolve(SHARD), "weight");

    assertRejected(ModelReason.DIGEST_MISMATCH, null)
        .hasMessageContaining("'" + SHARD + "' has 6 bytes: expected 7");
    assertThat(copies).doesNotExist();
  }

  @Test
  void fault05_otherContentOfTheSameSize_isRefusedNamingFileAndBothHashes() throws Exception {
    Packaged.write(model);
    Files.writeString(model.resolve(SHARD), "Weights");

    assertRejected(ModelReason.DIGEST_MISMATCH, null)
        .hasMessageContaining("'" + SHARD + "' has SHA-256 " + Packaged.sha256("Weights"))
        .hasMessageContaining(": expected " + Packaged.sha256("weights"));
  }

  @Test
  void fault06_unlistedFile_isRefusedBeforeAnyCopy() throws Exception {
    Packaged.write(model);
    Files.createDirectory(model.resolve("assets"));
    Files.writeString(model.resolve("assets/manifest.json"), "{}");

    assertRejected(ModelReason.UNLISTED_FILE, null)
        .hasMessageContaining("'assets/manifest.json' (2 bytes) is not listed");
    assertThat(copies).doesNotExist();
  }

  @Test
  void fetch_manyThingsWrong_saysSoAtOnceAndWhatIsMissingFirst() throws Exception {
    for (int i = 0; i < 4; i++) {
      Files.writeString(model.resolve("gone" + i), "x");
    }
    Packaged.write(model);
    for (int i = 0; i < 4; i++) {
      Files.move(model.resolve("gone" + i), model.resolve("extra" + i));
    }

    assertRejected(ModelReason.INCOMPLETE, null)
        .hasMessageContaining("'gone0' is missing")
        .hasMessageContaining("'gone3' is missing")
        .hasMessageContaining("'extra0' (1 bytes) is not listed; and 3 more");
  }

  @Test
  void fetch_manifestThatIsNone_isIncomplete() throws Exception {
    Files.writeString(manifest, "{\"format\": 1, \"model\": \"fra");
    assertRejected(ModelReason.INCOMPLETE, null)
        .hasMessageContaining("manifest.json: not JSON at line 1")
        .hasMessageContaining("expected a manifest as 'millrace model package' writes it");
    Files.writeString(manifest, "{}");
    assertRejected(ModelReason.INCOMPLETE, null).hasMessageContaining("field 'format'");
    Files.write(manifest, new byte[(1 << 24) + 1]);
    assertRejected(ModelReason.INCOMPLETE, null).hasMessageContaining("more than 16777216 bytes");
  }

  @Test
  void fetch_manifestThatContradictsItself_isADigestMismatch() throws Exception {
    Packaged.write(model);
    String real = Packaged.sha256("weights");
    String forged = Packaged.sha256("Weights");
    Files.writeString(model.resolve(SHARD), "Weights");
    Files.writeString(manifest, Files.readString(manifest).replace(real, forged));

    assertRejected(ModelReason.DIGEST_MISMATCH, null)
        .hasMessageContaining("manifest.json says digest sha256:")
        .hasMessageContaining("for the files that it lists");
  }

  @Test
  void fetch_withoutManifest_isRefusedWhereOneIsRequired() throws Exception {
    store.fetch(model.toUri(), null).close();
    store = store.with(Integrity.REQUIRED);

    assertRejected(ModelReason.INCOMPLETE, null)
        .hasMessageContaining("has no manifest.json, and model.integrity is required");
    String digest = Packaged.write(model).version().digest();
    store.fetch(model.toUri(), digest).close();
  }
}
