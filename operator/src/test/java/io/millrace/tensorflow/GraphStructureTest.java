package io.millrace.tensorflow;

import static io.millrace.tensorflow.Scanned.assertRefused;
import static io.millrace.tensorflow.Scanned.edited;
import static io.millrace.tensorflow.Scanned.scan;
import static org.tensorflow.proto.DataType.DT_FLOAT;

import com.google.protobuf.UnsafeByteOperations;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.HostileModels;
import io.millrace.testing.models.HostileModels.Place;
import io.millrace.testing.models.SavedModelWriter;
import io.millrace.testing.models.Tensors;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Graphs that would end the process, or fill its memory. */
class GraphStructureTest {
  @TempDir private Path directory;

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

  private Path doubling(int functions) throws Exception {
    return edited(
        HostileModels.nested(directory, functions, false),
        graph -> {
          for (var function :
              graph.getGraphDefBuilder().getLibraryBuilder().getFunctionBuilderList()) {
            function.addNodeDef(function.getNodeDef(0).toBuilder().setName("again"));
          }
        });
  }

  // 18 of them come to 2^19 - 2 nodes.
  @Test
  void functionsThatCallTheNextOneTwice_areRefusedByTheirNodesInAll() throws Exception {
    scan(doubling(18)).require(null);
    assertRefused(
        doubling(20), ModelReason.TOO_LARGE, "nodes with those of the functions that it calls");
    assertRefused(doubling(100), ModelReason.TOO_LARGE, "expected at most 1000000");
  }

  @Test
  void callsOfTheGraph_countLikeThoseOfFunctions() throws Exception {
    edited(
        doubling(18),
        graph -> {
          var call = graph.getGraphDef().getNodeList().get(2).toBuilder();
          graph.getGraphDefBuilder().addNode(call.setName("again"));
        });
    assertRefused(directory, ModelReason.TOO_LARGE, "the graph has ");
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

  // Of an element that was taken for one of 24 bytes, as strings are, it would come to 384 MiB.
  @ParameterizedTest
  @EnumSource(names = {"DT_FLOAT8_E5M2", "DT_FLOAT8_E4M3FN", "DT_INT4", "DT_UINT4"})
  void constantOfAByteAnElement_thatBringsThemAllAlong_isAccepted(DataType type) throws Exception {
    TensorProto weights =
        TensorProto.newBuilder()
            .setDtype(type)
            .setTensorContent(UnsafeByteOperations.unsafeWrap(new byte[16 << 20]))
            .build();
    scan(constant(shaped(weights, 16 << 20))).require(null);
    assertRefused(
        constant(shaped(weights, 16 << 20, 2)),
        ModelReason.LOAD_FAILED,
        "16777216 bytes for the shape [16777216, 2] of " + type + ", expected 33554432");
  }

  // The handle of a variable, or of a list with such handles in it.
  @ParameterizedTest
  @EnumSource(names = {"DT_RESOURCE", "DT_VARIANT"})
  void constantThatIsAHandle_isRefused(DataType type) throws Exception {
    TensorProto handle = TensorProto.newBuilder().setDtype(type).build();
    assertRefused(constant(handle), ModelReason.LOAD_FAILED, "(Const) has a value of " + type);
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
  void constantThatAFunctionIsGiven_counts() throws Exception {
    TensorProto one = TensorProto.newBuilder().setDtype(DT_FLOAT).build();
    AttrValue.Builder function = AttrValue.newBuilder();
    function
        .getFuncBuilder()
        .setName("inner")
        .putAttr("V", AttrValue.newBuilder().setTensor(shaped(one, 1 << 30)).build());
    AttrValue.Builder functions = AttrValue.newBuilder();
    functions.getListBuilder().addFunc(function.getFunc());
    for (AttrValue value : List.of(function.build(), functions.build())) {
      edited(
          HostileModels.reaching(directory, "NoOp", Place.FUNCTION),
          graph -> graph.getGraphDefBuilder().getNodeBuilder(0).putAttr("f", value));
      assertRefused(directory, ModelReason.TOO_LARGE, "the shape [1073741824] and a payload of");
    }
  }

  @Test
  void defaultsOfAFunctionsAttributes_areNeitherFunctionsNorTensors() throws Exception {
    AttrValue.Builder function = AttrValue.newBuilder();
    function.getFuncBuilder().setName("inner");
    AttrValue.Builder tensors = AttrValue.newBuilder();
    tensors.getListBuilder().addTensorBuilder().setDtype(DT_FLOAT);
    assertRefused(
        withDefault(function),
        ModelReason.LOAD_FAILED,
        "attribute 'f' of function 'inner' has a default function");
    assertRefused(
        withDefault(tensors),
        ModelReason.LOAD_FAILED,
        "attribute 'f' of function 'inner' has a default tensor");
    scan(withDefault(AttrValue.newBuilder().setB(true))).require(null);
  }

  private Path withDefault(AttrValue.Builder value) throws Exception {
    return edited(
        HostileModels.reaching(directory, "NoOp", Place.FUNCTION),
        graph ->
            graph
                .getGraphDefBuilder()
                .getLibraryBuilder()
                .getFunctionBuilder(0)
                .getSignatureBuilder()
                .addAttrBuilder()
                .setName("f")
                .setDefaultValue(value));
  }

  private Path plain() {
    return HostileModels.holding(directory, "NoOp");
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
