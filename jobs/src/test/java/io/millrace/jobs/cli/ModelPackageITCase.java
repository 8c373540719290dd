package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code model package} and {@code model verify} with a real SavedModel. */
class ModelPackageITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SHARD = "variables/variables.data-00000-of-00001";

  @TempDir private Path folder;
  private Path model;
  private Path manifest;

  @BeforeEach
  void writeModel() {
    model = SavedModels.linear(folder.resolve("fraud/7"), new float[] {1, 2, 3}, 4);
    manifest = model.resolve("manifest.json");
  }

  private CommandLineRun pack(String... more) {
    return run("package", more);
  }

  private CommandLineRun verify() {
    return run("verify");
  }

  private CommandLineRun run(String command, String... more) {
    String[] line = new String[3 + more.length];
    line[0] = "model";
    line[1] = command;
    line[2] = model.toString();
    System.arraycopy(more, 0, line, 3, more.length);
    return CommandLineRun.of(line);
  }

  private static void assertEnds(CommandLineRun run, int exitCode, String... inTheError) {
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(exitCode);
    assertThat(run.err().lines()).hasSize(exitCode == 0 ? 0 : 1);
    for (String text : inTheError) {
      assertThat(run.err()).contains(text);
    }
  }

  @Test
  void package_thenVerify_saysTheSameDigestAsShow() throws Exception {
    JsonNode shown =
        JSON.readTree(CommandLineRun.of("model", "show", "--json", model.toString()).out());
    String digest = shown.get("digest").textValue();

    CommandLineRun packaged = pack();
    assertEnds(packaged, 0);
    assertThat(packaged.out())
        .startsWith("packaged fraud/7 (" + digest + ") at file:" + model)
        .endsWith(": 3 files, " + shown.get("bytes") + " bytes\n");
    JsonNode written = JSON.readTree(manifest.toFile());
    assertThat(written.get("digest").textValue()).isEqualTo(digest);
    assertThat(written.get("files")).hasSize(3);
    assertThat(written.at("/signatures/serving_default/inputs/x/shape")).hasToString("[-1,3]");
    assertThat(written.get("tensorflow-version")).isEqualTo(shown.get("tensorflow-version"));

    CommandLineRun verified = verify();
    assertEnds(verified, 0);
    assertThat(verified.out()).startsWith("verified fraud/7 (" + digest + ")");
  }

  @Test
  void package_again_changesNothing() throws Exception {
    pack();
    byte[] written = Files.readAllBytes(manifest);

    CommandLineRun again = pack();
    assertEnds(again, 0);
    assertThat(again.out()).startsWith("packaged already: fraud/7 (sha256:");
    assertEnds(pack("--version", "8"), 1, "packaged already as fraud/7", "expected fraud/8");
    assertThat(manifest).hasBinaryContent(written);
  }

  @Test
  void fault24_packageOfOtherFilesUnderTheSameVersion_isRefused() throws Exception {
    pack();
    byte[] written = Files.readAllBytes(manifest);
    Files.writeString(model.resolve(SHARD), "0123456789abcdef");

    assertEnds(pack(), 1, "is not as its manifest.json says: '" + SHARD + "' has SHA-256 ");
    assertThat(manifest).hasBinaryContent(written);
  }

  @Test
  void package_nameAndVersion_comeFromThePathOrTheOptions() throws Exception {
    Path export = folder.resolve("export 0412");
    Files.move(model, export);
    model = export;
    manifest = export.resolve("manifest.json");

    assertEnds(pack("--model", "fraud"), 2, "its last segment is not a version");
    assertEnds(pack("--version", "7", "--model", "a b"), 2, "model 'a b': expected 1 to 200");
    assertThat(manifest).doesNotExist();
    assertEnds(pack("--version", "7", "--model", "fraud"), 0);
    assertThat(JSON.readTree(manifest.toFile()).get("model").textValue()).isEqualTo("fraud");
    assertEnds(verify(), 0);
  }

  @Test
  void package_toAnotherPlace_copiesTheFilesThereAndLeavesThePathAsItIs() throws Exception {
    Path target = folder.resolve("published/fraud/8");

    CommandLineRun run = pack("--to", target.toString());
    assertEnds(run, 0);
    assertThat(run.out()).startsWith("packaged fraud/8 (sha256:").contains("file:" + target);
    assertThat(manifest).doesNotExist();
    assertThat(target.resolve(SHARD)).hasSameBinaryContentAs(model.resolve(SHARD));
    assertThat(pack("--to", target.toString()).out()).startsWith("packaged already: fraud/8");

    Files.writeString(model.resolve(SHARD), "0123456789abcdef");
    assertEnds(pack("--to", target.toString()), 1, "fraud/8 holds other files: expected sha256:");
    model = target;
    assertEnds(verify(), 0);
  }

  @Test
  void package_toAPlaceWhereItWasCutOff_completesIt() throws Exception {
    Path target = folder.resolve("published/fraud/8");
    pack("--to", target.toString());
    Files.move(target.resolve("manifest.json"), target.resolve("manifest.json.part"));
    assertEnds(pack("--to", target.toString()), 0);

    Files.move(target.resolve("manifest.json"), target.resolve("manifest.json.part"));
    Files.move(target.resolve("saved_model.pb"), target.resolve("saved_model.pb.part"));
    assertEnds(pack("--to", target.toString()), 0);
    model = target;
    assertEnds(verify(), 0);
  }

  @Test
  void package_toAPlaceThatIsNoVersion_isWrongUsageAndWritesNothing() {
    Path base = folder.resolve("published/fraud");
    assertEnds(pack("--to", base.toString()), 2, "its last segment is not a version");
    assertThat(base).doesNotExist();
  }

  @Test
  void package_whatIsNoModel_isRefusedAndLeavesNoManifest() throws Exception {
    Files.writeString(model.resolve("saved_model.pb"), "no protobuf");
    assertEnds(pack(), 1, "saved_model.pb");
    Files.delete(model.resolve("saved_model.pb"));
    assertEnds(pack(), 1, "has no saved_model.pb or saved_model.pbtxt");
    assertThat(manifest).doesNotExist();
  }

  @Test
  void verify_everythingWrong_isALineForEachFileAndExitCode3() throws Exception {
    pack();
    Files.move(model.resolve("variables/variables.index"), model.resolve("variables/other"));
    Files.writeString(model.resolve(SHARD), "0123456789abcdef");

    CommandLineRun run = verify();
    assertEnds(run, 3, "is not fraud/7 (sha256:", "3 of its files are not as its manifest.json");
    assertThat(run.out().lines()).hasSize(3);
    assertThat(run.out())
        .contains("'variables/variables.index' is missing: expected ")
        .contains("'variables/other' (")
        .contains("'" + SHARD + "' has SHA-256 ");
  }

  @Test
  void verify_withoutAnythingToVerify_isNeverExitCode0() throws Exception {
    assertEnds(verify(), 3, "has no manifest.json");
    Files.writeString(manifest, "{\"format\": 1");
    assertEnds(verify(), 3, "manifest.json: not JSON at line 1");
    model = folder.resolve("nowhere/7");
    assertEnds(verify(), 1, "nowhere/7 does not exist");
  }

  @Test
  void publish_ofAVersionThatIsPackagedAsAnother_isRefused() throws Exception {
    pack();
    assertEnds(
        run(
            "publish",
            "--model",
            "fraud",
            "--version",
            "8",
            "--topic",
            "models",
            "--bootstrap-servers",
            "127.0.0.1:1"),
        2,
        "is packaged as fraud/7: expected fraud/8");
    Files.writeString(model.resolve("extra"), "x");
    assertEnds(
        run(
            "publish",
            "--model",
            "fraud",
            "--topic",
            "models",
            "--bootstrap-servers",
            "127.0.0.1:1"),
        1,
        "'extra' (1 bytes) is not listed");
  }
}
