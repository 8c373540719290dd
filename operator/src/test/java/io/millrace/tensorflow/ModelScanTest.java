package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tensorflow.proto.DataType.DT_FLOAT;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.testing.models.HostileModels;
import io.millrace.testing.models.HostileModels.Place;
import io.millrace.testing.models.SavedModelWriter;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.Tensors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** What is found in a model's files, by whatever way it got there. */
class ModelScanTest {
  @TempDir private Path directory;

  private static ModelScan scan(Path model) throws ModelException {
    return ModelScan.of(model, null, OpsPolicy.STANDARD);
  }

  private static void assertRefused(Path model, ModelReason reason, String message)
      throws ModelException {
    ModelScan scan = scan(model);
    assertThat(scan.isAccepted()).isFalse();
    assertThatThrownBy(() -> scan.require(null))
        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  private Path edited(Path model, Consumer<MetaGraphDef.Builder> change) throws IOException {
    Path file = model.resolve("saved_model.pb");
    SavedModel.Builder edited = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    change.accept(edited.getMetaGraphsBuilder(0));
    Files.write(file, edited.build().toByteArray());
    return model;
  }

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
  @ValueSource(strings = {"PrintV2", "SaveV2", "WholeFileReaderV2", "DatasetFromGraph"})
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
    Path model = HostileModels.reaching(directory, "ReadFile", Place.FUNCTION);
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

  // Graphs that would end the process, or fill its memory.

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 150})
  void functionsThatCallThemselves_areRefused(int functions) throws Exception {
    assertRefused(
        HostileModels.nested(directory, functions, true),
        ModelReason.LOAD_FAILED,
        "' calls itself: f");
  }

  @Test
  void functionsThatAreNestedTooDeeply_areRefused() throws Exception {
    scan(HostileModels.nested(directory, FunctionCalls.DEEPEST, false)).require(null);
    assertRefused(
        HostileModels.nested(directory, FunctionCalls.DEEPEST + 1, false),
        ModelReason.LOAD_FAILED,
        "nested deeper than 200 calls");
  }

  private Path constant(TensorProto value) {
    SavedModelWriter model = new SavedModelWriter();
    var y = model.constant("big", value);
    model.signature("serving_default").output("y", y, DT_FLOAT);
    return model.write(directory);
  }

  private static TensorProto shaped(TensorProto value, long... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dimension : dimensions) {
      shape.addDimBuilder().setSize(dimension);
    }
    return value.toBuilder().setTensorShape(shape).build();
  }

  @Test
  void constantOfOneValue_mayFillSomeMemoryButNotAnyAmount() throws Exception {
    TensorProto one = TensorProto.newBuilder().setDtype(DT_FLOAT).addFloatVal(1).build();
    scan(constant(shaped(one, 1024, 1024))).require(null);
    assertRefused(
        constant(shaped(one, 1024, 1024, 1024)),
        ModelReason.TOO_LARGE,
        "the constant of node 'big' (Const) has the shape [1024, 1024, 1024] and a payload of");
    assertRefused(
        constant(shaped(Tensors.string("a"), 1 << 30)), ModelReason.TOO_LARGE, "[1073741824]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3|8 bytes for the shape [3] of DT_FLOAT, expected 12",
        "1|8 bytes for the shape [1] of DT_FLOAT, expected 4",
        "9223372036854775807|a shape that no tensor has: [9223372036854775807]",
        "-2|a shape that no tensor has: [-2]"
      })
  void constantWhosePayloadHasAnotherSize_isRefused(long size, String message) throws Exception {
    TensorProto two = Tensors.floats(new float[] {1, 2}, 2);
    scan(constant(two)).require(null);
    assertRefused(constant(shaped(two, size)), ModelReason.LOAD_FAILED, message);
  }

  @Test
  void constantOfAFunction_counts() throws Exception {
    Path model = HostileModels.reaching(directory, "NoOp", Place.FUNCTION);
    TensorProto one = TensorProto.newBuilder().setDtype(DT_FLOAT).build();
    AttrValue large = AttrValue.newBuilder().setTensor(shaped(one, 1 << 30)).build();
    edited(
        model,
        graph ->
            graph
                .getGraphDefBuilder()
                .getLibraryBuilder()
                .getFunctionBuilder(0)
                .getNodeDefBuilder(0)
                .putAttr("value", large));
    assertRefused(model, ModelReason.TOO_LARGE, "'hostile' of function 'inner' (NoOp)");
  }

  @Test
  void moreNodesThanAnyModelHas_areRefusedBeforeTheyAreRead() throws Exception {
    int bytes = 2 * (GraphStructure.MOST_NODES + 1);
    Path file = directory.resolve("saved_model.pb");
    try (OutputStream out = Files.newOutputStream(file)) {
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      int graph = 1 + CodedOutputStream.computeUInt32SizeNoTag(bytes) + bytes;
      coded.writeTag(SavedModel.META_GRAPHS_FIELD_NUMBER, 2);
      coded.writeUInt32NoTag(graph);
      coded.writeTag(MetaGraphDef.GRAPH_DEF_FIELD_NUMBER, 2);
      coded.writeUInt32NoTag(bytes);
      for (int i = 0; i <= GraphStructure.MOST_NODES; i++) {
        coded.writeTag(GraphDef.NODE_FIELD_NUMBER, 2);
        coded.writeUInt32NoTag(0);
      }
      coded.flush();
    }
    assertThatThrownBy(() -> scan(directory))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.TOO_LARGE))
        .hasMessageContaining("has 1000001 nodes and 0 signatures: expected at most 1000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"saved_model.pb", "saved_model.pbtxt"})
  void messagesNestedWithoutEnd_areRefusedInsteadOfEndingTheThread(String file) throws Exception {
    boolean text = file.endsWith("txt");
    String nested = text ? "meta_graphs { ".repeat(100_000) : "\u000b".repeat(1_000_000);
    Files.writeString(directory.resolve(file), nested);
    assertThatThrownBy(() -> scan(directory)).isInstanceOf(ModelException.class);
  }

  @Test
  void textInQuotesAndComments_isNotCounted() throws Exception {
    Path model = HostileModels.asText(plain());
    Path file = model.resolve("saved_model.pbtxt");
    String braces = "{".repeat(1_000);
    Files.writeString(
        file,
        "# "
            + braces
            + "\nmeta_graphs { meta_info_def { tensorflow_git_version: '\\'"
            + braces
            + "' } }\n"
            + Files.readString(file));
    assertThat(ModelScan.of(model, List.of("serve"), OpsPolicy.STANDARD).isAccepted()).isTrue();
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

  @Test
  void twoOfOneName_areRefused() throws Exception {
    edited(plain(), graph -> graph.getGraphDefBuilder().addNodeBuilder().setName("y"));
    assertRefused(directory, ModelReason.LOAD_FAILED, "two nodes are named 'y'");

    FunctionDef read = HostileModels.body("ReadFile", "NoOp", "a");
    edited(plain(), graph -> graph.getGraphDefBuilder().getLibraryBuilder().addFunction(read));
    assertRefused(directory, ModelReason.LOAD_FAILED, "has the name of the op 'ReadFile'");
  }
}
