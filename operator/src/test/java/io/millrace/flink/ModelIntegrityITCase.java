package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.Integrity;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command.Publish;
import io.millrace.model.Manifest;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.SavedModels;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packaged versions that are not what they were, published to an operator that scores. */
class ModelIntegrityITCase {
  private static final String GRAPH = "saved_model.pb";
  private static final String INDEX = "variables/variables.index";
  private static final String SHARD = "variables/variables.data-00000-of-00001";

  @TempDir private Path temporary;
  private Path roots;
  private Path model;

  @BeforeEach
  void packageTwoVersions() throws Exception {
    roots = temporary.resolve(Harness.MODEL);
    SavedModels.constantVersion(roots.resolve("1"), 1, 1000);
    model = SavedModels.constantVersion(roots.resolve("2"), 2, 1000);
    write(roots.resolve("1"));
    write(model);
  }

  /** As {@code model package} does. */
  private static Manifest write(Path version) throws Exception {
    long number = Long.parseLong(version.getFileName().toString());
    Manifest manifest = ModelPackage.describe(Harness.MODEL, number, version, null);
    ModelPackage.at(version.toUri()).write(manifest);
    return manifest;
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(SharedModel.held()).isZero();
  }

  private ModelEvent rejection() throws Exception {
    return RejectedVersion.of(roots, Harness.publish(roots, 2, 2));
  }

  private static void flip(Path file, long position) throws Exception {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(position);
      int old = bytes.read();
      bytes.seek(position);
      bytes.write(old ^ 1);
    }
  }

  @Test
  void packagedVersions_scoreOneAfterTheOther() throws Exception {
    Manifest second = ModelPackage.at(model.toUri()).manifest().orElseThrow();
    assertThat(second.signatures()).singleElement().matches(it -> it.inputIndex("x") == 0);
    assertThat(second.files()).extracting(Manifest.File::path).containsExactly(GRAPH, SHARD, INDEX);
    try (Harness harness =
        Harness.open(roots, List.of(Harness.publish(roots, 1, 1)), 100, RunIn.TASK)) {
      harness.command(Harness.publish(roots, 2, 2).withDigest(second.version().digest()));
      harness.awaitActive(2);
      harness.record(1);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0@2");
    }
  }

  @Test
  void fault03_corruptGraph_isRejectedAndTheOldVersionGoesOn() throws Exception {
    flip(model.resolve(GRAPH), Files.size(model.resolve(GRAPH)) / 2);

    ModelEvent event = rejection();
    assertThat(event.reason()).isEqualTo(ModelReason.DIGEST_MISMATCH);
    assertThat(event.message()).contains("'saved_model.pb' has SHA-256 ", ": expected ");
  }

  @Test
  void fault04_missingShardIndexOrVariables_isRejectedAndTheOldVersionGoesOn() throws Exception {
    for (List<String> missing : List.of(List.of(SHARD), List.of(INDEX), List.of(INDEX, SHARD))) {
      for (String file : missing) {
        Files.move(model.resolve(file), temporary.resolve(Path.of(file).getFileName()));
      }
      ModelEvent event = rejection();
      assertThat(event.reason()).isEqualTo(ModelReason.INCOMPLETE);
      for (String file : missing) {
        assertThat(event.message()).contains("'" + file + "' is missing: expected ");
        Files.move(temporary.resolve(Path.of(file).getFileName()), model.resolve(file));
      }
    }
  }

  @Test
  void fault05_truncatedOrFlippedShard_isRejectedAndTheOldVersionGoesOn() throws Exception {
    flip(model.resolve(SHARD), 17);
    ModelEvent flipped = rejection();
    assertThat(flipped.reason()).isEqualTo(ModelReason.DIGEST_MISMATCH);
    assertThat(flipped.message()).contains("'" + SHARD + "' has SHA-256 ");

    try (RandomAccessFile shard = new RandomAccessFile(model.resolve(SHARD).toFile(), "rw")) {
      shard.setLength(3999);
    }
    ModelEvent truncated = rejection();
    assertThat(truncated.reason()).isEqualTo(ModelReason.DIGEST_MISMATCH);
    assertThat(truncated.message()).contains("'" + SHARD + "' has 3999 bytes: expected 4008");
  }

  @Test
  void fault06_unlistedFile_isRejectedAndTheOldVersionGoesOn() throws Exception {
    Files.createDirectory(model.resolve("assets"));
    Files.writeString(model.resolve("assets/vocabulary.txt"), "a\nb\n");

    ModelEvent event = rejection();
    assertThat(event.reason()).isEqualTo(ModelReason.UNLISTED_FILE);
    assertThat(event.message()).contains("'assets/vocabulary.txt' (4 bytes) is not listed");
  }

  @Test
  void fault24_sameVersionPackagedAnewWithOtherBytes_isAConflict() throws Exception {
    String first = ModelPackage.at(model.toUri()).manifest().orElseThrow().version().digest();
    Path elsewhere = SavedModels.constantVersion(temporary.resolve("anew/2"), 22, 1000);
    String second = write(elsewhere).version().digest();

    try (Harness harness =
        Harness.open(roots, List.of(Harness.publish(roots, 1, 1)), 100, RunIn.TASK)) {
      harness.command(Harness.publish(roots, 2, 2).withDigest(first));
      harness.awaitActive(2);
      harness.command(Harness.publish(roots, 2, 3).withDigest(second));
      harness.record(1);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0@2");
      ModelEvent event = harness.events().get(harness.events().size() - 1);
      assertThat(event.reason()).isEqualTo(ModelReason.CONFLICT);
      assertThat(event.message()).contains(first, second, "give new bytes a new version");
    }
  }

  @Test
  void fault24_filesPackagedAnewUnderAnAnnouncedDigest_areRejected() throws Exception {
    String announced = ModelPackage.at(model.toUri()).manifest().orElseThrow().version().digest();
    Files.delete(model.resolve(Manifest.FILE_NAME));
    flip(model.resolve(SHARD), 17);
    String anew = write(model).version().digest();

    ModelEvent event =
        RejectedVersion.of(roots, Harness.publish(roots, 2, 2).withDigest(announced));
    assertThat(event.reason()).isEqualTo(ModelReason.DIGEST_MISMATCH);
    assertThat(event.message()).contains(announced + " as announced, got " + anew);
  }

  private ServedModel loadRequiring(Publish publish) throws Exception {
    Configuration config = new Configuration();
    config.set(InferenceOptions.NAME, Harness.MODEL);
    config.set(InferenceOptions.INTEGRITY, Integrity.REQUIRED);
    InferenceSettings settings = InferenceSettings.of(config, List.of(roots.toString()), 1, true);
    return InferenceRuntime.loader(
            settings,
            new TaskInfoImpl("task", 1, 0, 1, 0, "slot"),
            temporary.resolve("copies"),
            new Configuration())
        .load(publish, null);
  }

  @Test
  void required_versionWithoutManifest_isRefusedEvenIfItsDigestIsRight() throws Exception {
    Publish publish = Harness.publish(roots, 2, 2);
    Files.delete(model.resolve(Manifest.FILE_NAME));
    String digest;
    try (ModelFiles files =
        FileSystemModelStore.of(List.of(roots.toString())).fetch(publish.uri(), null)) {
      digest = files.digest();
    }
    assertThatThrownBy(() -> loadRequiring(publish.withDigest(digest)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.INCOMPLETE))
        .hasMessageContaining("has no manifest.json, and model.integrity is required");

    write(model);
    loadRequiring(publish.withDigest(digest)).close();
  }

  @Test
  void required_commandWithoutDigest_isRefused_butAConfiguredVersionNeedsNone() throws Exception {
    assertThatThrownBy(() -> loadRequiring(Harness.publish(roots, 2, 0)))
        .isInstanceOfSatisfying(
            ModelException.class,
            e -> assertThat(e.reason()).isEqualTo(ModelReason.MALFORMED_COMMAND))
        .hasMessageContaining("m/2 is published without a digest, and model.integrity is required");

    loadRequiring(Harness.publish(roots, 2, -1)).close();
  }
}
