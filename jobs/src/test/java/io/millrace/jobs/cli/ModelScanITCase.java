package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.models.HostileModels;
import io.millrace.testing.models.HostileModels.Place;
import io.millrace.testing.models.MaliciousModels;
import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** {@code model scan} with models that are good and models that are not. */
class ModelScanITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static CommandLineRun scan(Path model, String... options) {
    List<String> args = Stream.of(options).toList();
    return CommandLineRun.of(
        Stream.of(List.of("model", "scan", model.toString()), args)
            .flatMap(List::stream)
            .toArray(String[]::new));
  }

  @TestFactory
  Stream<DynamicTest> scan_everySharedModelWithKnownAnswers_isAccepted() throws IOException {
    assumeTrue(SharedModels.areHere(), "no shared models");
    List<SharedModels.Case> cases = SharedModels.cases();
    assertThat(cases).hasSizeGreaterThan(80);
    Map<Path, List<SharedModels.Case>> byModel =
        cases.stream().collect(Collectors.groupingBy(SharedModels.Case::model));
    return byModel.entrySet().stream()
        .map(
            known ->
                DynamicTest.dynamicTest(
                    known.getKey().toString(),
                    () -> assertAccepted(known.getKey(), known.getValue())));
  }

  private static void assertAccepted(Path model, List<SharedModels.Case> known) throws IOException {
    CommandLineRun run = scan(model, "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode scanned = JSON.readTree(run.out());
    assertThat(scanned.get("ops-policy").textValue()).isEqualTo("standard");
    for (SharedModels.Case it : known) {
      String signature = it.json().get("signature").textValue();
      assertThat(scanned.get("signatures").get(signature).get("accepted").booleanValue()).isTrue();
    }
  }

  @TestFactory
  Stream<DynamicTest> scan_everythingElseThatIsShared_isRefusedInOneLine() throws IOException {
    assumeTrue(SharedModels.areHere(), "no shared models");
    Map<String, Integer> exitCodes =
        Map.of(
            "negative/custom-op-forest", 3,
            "negative/tiny-savedmodel", 3,
            "negative/bad-half-plus-two/00000123", 1,
            "negative/tiny-model.h5", 1,
            "graphdef/addition.pb", 1,
            "checkpoint/half-plus-two/00000123", 1,
            "keras-h5/simple-mlp.h5", 1);
    return exitCodes.entrySet().stream()
        .map(
            expected ->
                DynamicTest.dynamicTest(
                    expected.getKey(),
                    () -> {
                      CommandLineRun run = scan(SharedModels.root().resolve(expected.getKey()));
                      assertThat(run.exitCode()).as(run.err()).isEqualTo(expected.getValue());
                      assertThat(run.err().lines()).hasSize(1);
                      assertThat(run.err()).doesNotContain("Exception");
                    }));
  }

  @Test
  void scan_customOps_namesOpAndNodeAndExitsWith3() {
    assumeTrue(SharedModels.areHere(), "no shared models");
    CommandLineRun run = scan(SharedModels.root().resolve("negative/custom-op-forest"));

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("op 'SimpleML", "(node '", "is refused by ops-policy standard");
    assertThat(run.out()).contains("signature 'serving_default': refused");
  }

  @Test
  void scan_refusedOp_saysSoInTextAndJson() throws IOException {
    Path model = HostileModels.reaching(folder, "WholeFileReaderV2", Place.FUNCTION);

    CommandLineRun text = scan(model);
    assertThat(text.exitCode()).isEqualTo(3);
    assertThat(text.out())
        .contains(
            "model: accepted",
            "signature 'serving_default': refused\n  OP_REFUSED  op 'WholeFileReaderV2' (node 'hostile' of"
                + " function 'inner'), which signature 'serving_default' reaches, reads files");
    assertThat(text.err().lines()).hasSize(1);

    CommandLineRun run = scan(model, "--json");
    assertThat(run.exitCode()).isEqualTo(3);
    JsonNode scanned = JSON.readTree(run.out());
    assertThat(scanned.get("accepted").booleanValue()).isFalse();
    JsonNode refusal = scanned.at("/signatures/serving_default/refusals/0");
    assertThat(refusal.get("reason").textValue()).isEqualTo("OP_REFUSED");
    assertThat(refusal.get("op").textValue()).isEqualTo("WholeFileReaderV2");
    assertThat(refusal.get("node").textValue()).isEqualTo("hostile");
    assertThat(refusal.get("function").textValue()).isEqualTo("inner");
  }

  @Test
  void scan_refusedModel_saysWhyOnceForAllSignatures() throws IOException {
    Path model = HostileModels.reaching(folder, "ReadFile", Place.INITIALISER);

    CommandLineRun text = scan(model);
    assertThat(text.exitCode()).isEqualTo(3);
    assertThat(text.out())
        .contains("model: refused\n  OP_REFUSED  op 'ReadFile'")
        .endsWith("signature 'serving_default': refused, as the model is (see above)\n")
        .containsOnlyOnce("OP_REFUSED");

    CommandLineRun run = scan(model, "--json");
    assertThat(run.exitCode()).isEqualTo(3);
    JsonNode scanned = JSON.readTree(run.out());
    assertThat(scanned.get("accepted").booleanValue()).isFalse();
    assertThat(scanned.at("/refusals")).hasSize(1);
    assertThat(scanned.at("/refusals/0/op").textValue()).isEqualTo("ReadFile");
    assertThat(scanned.at("/signatures/serving_default/accepted").booleanValue()).isFalse();
    assertThat(scanned.at("/signatures/serving_default/refusals")).isEmpty();

    CommandLineRun named = scan(model, "--signature", "serving_default");
    assertThat(named.exitCode()).isEqualTo(3);
    assertThat(named.err()).contains("op 'ReadFile' (node 'hostile')");
  }

  private static void assertVerdicts(JsonNode scanned, String reading, String safe) {
    assertThat(scanned.get("refusals")).isEmpty();
    JsonNode signatures = scanned.get("signatures");
    assertThat(signatures.fieldNames()).toIterable().containsExactlyInAnyOrder(reading, safe);
    assertThat(signatures.get(safe).get("accepted").booleanValue()).isTrue();
    assertThat(signatures.get(safe).get("refusals")).isEmpty();
    assertThat(signatures.get(reading).get("accepted").booleanValue()).isFalse();
    assertThat(signatures.get(reading).get("refusals")).hasSize(1);
    assertThat(signatures.get(reading).at("/refusals/0/op").textValue()).isEqualTo("ReadFile");
  }

  private static String refused(String signature) {
    return "signature '" + signature + "': refused\n  OP_REFUSED  op 'ReadFile' (node 'hostile')";
  }

  @Test
  void scan_defaultSignatureRefusedBesideASafeOne_goesByTheOneThatIsAsked() throws IOException {
    Path model = HostileModels.readingBeside(folder, "serving_default", "safe");

    CommandLineRun text = scan(model);
    assertThat(text.exitCode()).isEqualTo(3);
    assertThat(text.err()).contains("op 'ReadFile' (node 'hostile')");
    assertThat(text.out())
        .contains("model: accepted\nsignature 'safe': accepted\n", refused("serving_default"));
    CommandLineRun json = scan(model, "--json");
    assertThat(json.exitCode()).isEqualTo(3);
    JsonNode scanned = JSON.readTree(json.out());
    assertThat(scanned.get("default-signature").textValue()).isEqualTo("serving_default");
    assertThat(scanned.get("accepted").booleanValue()).isFalse();
    assertVerdicts(scanned, "serving_default", "safe");

    CommandLineRun safe = scan(model, "--signature", "safe");
    assertThat(safe.exitCode()).as(safe.err()).isZero();
    assertThat(safe.out())
        .endsWith("model: accepted\nsignature 'safe': accepted\n")
        .doesNotContain("serving_default");
    CommandLineRun safeJson = scan(model, "--signature", "safe", "--json");
    assertThat(safeJson.exitCode()).isZero();
    JsonNode alone = JSON.readTree(safeJson.out());
    assertThat(alone.get("accepted").booleanValue()).isTrue();
    assertThat(alone.get("signatures").fieldNames()).toIterable().containsExactly("safe");
    assertThat(alone.at("/signatures/safe/accepted").booleanValue()).isTrue();
    assertThat(scan(model, "--signature", "serving_default").exitCode()).isEqualTo(3);
  }

  @Test
  void scan_noDefaultSignature_isAcceptedIfOneIs() throws IOException {
    Path model = HostileModels.readingBeside(folder, "reading", "safe");

    CommandLineRun text = scan(model);
    assertThat(text.exitCode()).as(text.err()).isZero();
    assertThat(text.err()).isEmpty();
    assertThat(text.out()).contains(refused("reading"), "signature 'safe': accepted\n");
    CommandLineRun json = scan(model, "--json");
    assertThat(json.exitCode()).isZero();
    JsonNode scanned = JSON.readTree(json.out());
    assertThat(scanned.get("default-signature").isNull()).isTrue();
    assertThat(scanned.get("accepted").booleanValue()).isTrue();
    assertVerdicts(scanned, "reading", "safe");
    assertThat(scan(model, "--signature", "safe").exitCode()).isZero();
    assertThat(scan(model, "--signature", "reading").exitCode()).isEqualTo(3);
  }

  @Test
  void scan_policy_decides() {
    Path model = HostileModels.reaching(folder, "RangeDataset", Place.INITIALISER);

    assertThat(scan(model).exitCode()).isZero();
    CommandLineRun strict = scan(model, "--policy", "strict");
    assertThat(strict.exitCode()).isEqualTo(3);
    assertThat(strict.out()).contains("model: refused", "which the initialiser reaches");
    assertThat(strict.err()).contains("ops-policy strict");
    assertThat(scan(model, "--policy", "off").exitCode()).isZero();
    assertThat(scan(model, "--policy", "lax").exitCode()).isEqualTo(2);
  }

  @Test
  void scan_signature_thatIsNotThere_isWrongUsage() {
    Path model = SavedModels.identity(folder);

    assertThat(scan(model).exitCode()).isZero();
    assertThat(scan(model, "--signature", "int8").exitCode()).isZero();
    CommandLineRun run = scan(model, "--signature", "nope");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("unknown signature 'nope': expected one of [all, bfloat16");
  }

  @Test
  void scan_fileOfFiftyMegabytes_findsTheOneOp() throws IOException {
    Path model = HostileModels.large(folder, 50 << 20, 100_000);
    assertThat(Files.size(model.resolve("saved_model.pb"))).isGreaterThan(50 << 20);

    CommandLineRun run = scan(model);

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("op 'ReadFile' (node 'hostile')");
  }

  @Test
  void scan_signaturesThatReachTooMuchTogether_areRefused() {
    CommandLineRun run = scan(HostileModels.wide(folder, 200_000, 60));

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .contains("TOO_LARGE", "what its signatures reach, each by itself, comes to more than");
  }

  @Test
  void run_refusedModel_isRefusedUnlessThePolicyIsOff() throws IOException {
    Path written = folder.resolve("written");
    Path model = MaliciousModels.writing(folder.resolve("1"), written);
    Path request = Files.writeString(folder.resolve("in.json"), "{\"inputs\": {\"x\": [1.5]}}");
    String[] args = {"model", "run", model.toString(), "--input", request.toString()};

    CommandLineRun refused = CommandLineRun.of(args);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("op 'WriteFile' (node 'hostile')", "ops-policy standard");
    assertThat(written).doesNotExist();

    CommandLineRun run =
        CommandLineRun.of(
            Stream.concat(Stream.of(args), Stream.of("--policy", "off")).toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("1.5");
    assertThat(written).exists();
  }
}
