package io.millrace.tensorflow;

import static io.millrace.tensorflow.Scanned.assertRefused;
import static io.millrace.tensorflow.Scanned.edited;
import static io.millrace.tensorflow.Scanned.scan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.testing.models.HostileModels;
import io.millrace.testing.models.HostileModels.Place;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** What is found in a model's files, by whatever way it got there. */
class ModelScanTest {
  @TempDir private Path directory;

  private Path plain() {
    return HostileModels.holding(directory, "NoOp");
  }

  @Test
  void plainModel_isAccepted() throws Exception {
    ModelScan scan = scan(plain());
    assertThat(scan.isAccepted()).isTrue();
    assertThat(scan.defaultSignature()).isEqualTo("serving_default");
    scan.require(null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PrintV2", "SaveV2", "WholeFileReaderV2", "EagerPyFunc"})
  void bypass_opThatOthersMiss_isRefusedInAFileOfText(String op) throws Exception {
    Path model = HostileModels.asText(HostileModels.reaching(directory, op, Place.FUNCTION));
    assertThat(model.resolve("saved_model.pb")).doesNotExist();
    assertRefused(
        model,
        ModelReason.OP_REFUSED,
        "saved_model.pbtxt is refused by ops-policy standard: op '"
            + op
            + "' (node 'hostile' of function 'inner'), which signature 'serving_default' reaches,");
  }

  @Test
  void unknownOp_isNamedWithItsNode() throws Exception {
    assertRefused(
        SavedModels.customOp(directory),
        ModelReason.OP_REFUSED,
        "op 'MillraceForest' (node 'forest'), which signature 'serving_default' reaches, is not one"
            + " of TensorFlow 2.18");
  }

  @Test
  void functionThatIsNotInTheLibrary_isAnUnknownOp() throws Exception {
    Path model = HostileModels.reaching(directory, "WriteFile", Place.FUNCTION);
    edited(model, graph -> graph.getGraphDefBuilder().getLibraryBuilder().clearFunction());
    assertRefused(model, ModelReason.OP_REFUSED, "op 'inner' (node 'call')");
  }

  @Test
  void signatures_areJudgedOneByOne() throws Exception {
    Path model = HostileModels.reaching(directory, "ReadFile", Place.SIGNATURE);
    edited(
        model,
        graph -> {
          SignatureDef safe = graph.getSignatureDefOrThrow("serving_default");
          TensorInfo x = safe.getInputsOrThrow("x");
          graph.putSignatureDef("safe", safe.toBuilder().putOutputs("y", x).build());
        });
    ModelScan scan = scan(model);
    assertThat(scan.refusals("safe")).isEmpty();
    scan.require("safe");
    assertThat(scan.refusals("serving_default"))
        .singleElement()
        .extracting(Refusal::op)
        .isNotNull();
    assertThat(scan.isAccepted()).isFalse();

    edited(
        model,
        graph -> {
          graph.putSignatureDef("other", graph.getSignatureDefOrThrow("serving_default"));
          graph.removeSignatureDef("serving_default");
        });
    assertThat(scan(model).isAccepted()).as("one is, and none is the default").isTrue();
  }

  @Test
  void moreRefusalsThanAreListed_areCounted() throws Exception {
    Path model = HostileModels.reaching(directory, "WriteFile", Place.FUNCTION);
    edited(
        model,
        graph -> {
          var body = graph.getGraphDefBuilder().getLibraryBuilder().getFunctionBuilder(0);
          for (int i = 1; i < 150; i++) {
            body.addNodeDef(body.getNodeDef(0).toBuilder().setName("again" + i));
          }
        });
    assertThat(scan(model).refusals("serving_default"))
        .hasSize(101)
        .last()
        .extracting(Refusal::message)
        .isEqualTo(
            "and 50 more op(s) that signature 'serving_default' reaches are refused: only the first"
                + " 100 are listed");
    assertRefused(model, ModelReason.OP_REFUSED, "; and 145 more");
  }

  @Test
  void policyOff_refusesNoOp() throws Exception {
    Path model = HostileModels.reaching(directory, "WriteFile", Place.INITIALISER);
    ModelScan.of(model, null, OpsPolicy.OFF).require(null);
  }

  // What TensorFlow's optimiser may put in a function's place.

  @Test
  void functionOfTheSameInterface_isReached() throws Exception {
    Path model = HostileModels.reaching(directory, "NoOp", Place.FUNCTION);
    AttrValue lstm = AttrValue.newBuilder().setS(ByteString.copyFromUtf8("lstm")).build();
    edited(
        model,
        graph -> {
          var library = graph.getGraphDefBuilder().getLibraryBuilder();
          FunctionDef other = HostileModels.body("other", "ReadFile", "read");
          library.getFunctionBuilder(0).putAttr("api_implements", lstm);
          library.addFunction(other.toBuilder().putAttr("api_implements", lstm));
        });
    assertRefused(model, ModelReason.OP_REFUSED, "op 'ReadFile' (node 'read' of function 'other')");
  }

  @Test
  void gradientOfAFunction_isReached() throws Exception {
    Path model = HostileModels.reaching(directory, "NoOp", Place.FUNCTION);
    edited(
        model,
        graph ->
            graph
                .getGraphDefBuilder()
                .getLibraryBuilder()
                .addFunction(HostileModels.body("back", "ReadFile", "read"))
                .addGradient(
                    GradientDef.newBuilder().setFunctionName("inner").setGradientFunc("back")));
    assertRefused(model, ModelReason.OP_REFUSED, "op 'ReadFile' (node 'read' of function 'back')");
  }

  // Files that are not what they seem.

  @Test
  void assetOutsideItsFolder_isRefused() throws Exception {
    Path model = SavedModels.vocabulary(directory, List.of("a"));
    edited(model, graph -> graph.getAssetFileDefBuilder(0).setFilename("../saved_model.pb"));
    assertRefused(model, ModelReason.LOAD_FAILED, "asset '../saved_model.pb' is no file in");
  }

  @Test
  void chunkedModelBesideAPlainOne_isRefused() throws Exception {
    Files.createFile(plain().resolve("saved_model.cpb"));
    assertThatThrownBy(() -> scan(directory)).hasMessageContaining("holds saved_model.cpb");
  }
}
