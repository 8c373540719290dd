package io.millrace.tensorflow;

import static io.millrace.tensorflow.Scanned.assertRefused;
import static io.millrace.tensorflow.Scanned.edited;
import static io.millrace.tensorflow.Scanned.scan;
import static org.tensorflow.proto.DataType.DT_FLOAT;

import com.google.protobuf.ByteString;
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
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Graphs that would end the process, or fill its memory. */
class GraphStructureTest {
  private static final TensorProto ONE =
      TensorProto.newBuilder().setDtype(DT_FLOAT).addFloatVal(1).build();

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

  /** So many functions, each of which but the last calls the next one twice. */
  private Path doubling(int functions, TensorProto ofTheLast) throws Exception {
    return edited(
        doubling(functions),
        graph -> last(graph).getNodeDefBuilder(0).putAttr("value", tensor(ofTheLast)));
  }

  private static FunctionDef.Builder last(MetaGraphDef.Builder graph) {
    var library = graph.getGraphDefBuilder().getLibraryBuilder();
    return library.getFunctionBuilder(library.getFunctionCount() - 1);
  }

  private static AttrValue tensor(TensorProto value) {
    return AttrValue.newBuilder().setTensor(value).build();
  }

  // 4 KiB of one value, 2^16 times: 256 MiB, beside a value of a few bytes.
  @Test
  void constantOfAFunctionThatIsCalledOften_countsAtEachCall() throws Exception {
    scan(doubling(17, shaped(ONE, 1 << 10))).require(null);
    assertRefused(
        doubling(18, shaped(ONE, 1 << 10)),
        ModelReason.TOO_LARGE,
        "function 'f0' has constants of 536870912 bytes with those of the functions that it calls");
    assertRefused(
        doubling(19, shaped(ONE, 1 << 26)), ModelReason.TOO_LARGE, "function 'f17' has constants");
  }

  // 4 MiB that the file brings along, 16 times and with 256 MiB more.
  @Test
  void payloadOfAFunctionThatIsCalledOften_countsAtEachCall() throws Exception {
    TensorProto weights = Tensors.floats(new float[1 << 20], 1 << 20);
    scan(doubling(7, weights)).require(null);
    assertRefused(doubling(9, weights), ModelReason.TOO_LARGE, "function 'f1' has constants of 5");
  }

  // The body may give it to each of its nodes, by a placeholder.
  @Test
  void constantThatAFunctionIsGiven_countsForEachOfItsNodes() throws Exception {
    AttrValue given = tensor(shaped(ONE, 1 << 10));
    edited(
        doubling(17),
        graph -> graph.getGraphDefBuilder().getNodeBuilder(2).putAttr("value", given));
    assertRefused(directory, ModelReason.TOO_LARGE, "the graph has constants of 1073737728 bytes");
  }

  @Test
  void largestFunctionOfAnInterface_countsWhereAnyOfThemIsCalled() throws Exception {
    FunctionDef large = HostileModels.body("large", "NoOp", "n");
    AttrValue constant = tensor(shaped(ONE, 1 << 14));
    edited(
        doubling(14),
        graph -> {
          last(graph).putAttr("api_implements", interfaceOf("lstm"));
          graph
              .getGraphDefBuilder()
              .getLibraryBuilder()
              .addFunction(large.toBuilder().putAttr("api_implements", interfaceOf("lstm")));
          last(graph).getNodeDefBuilder(0).putAttr("value", constant);
        });
    assertRefused(directory, ModelReason.TOO_LARGE, "function 'f0' has constants of 536870912");
  }

  @Test
  void nodesOfTheLargestFunctionOfAnInterface_countWhereAnyOfThemIsCalled() throws Exception {
    FunctionDef.Builder large = HostileModels.body("large", "NoOp", "n0").toBuilder();
    for (int i = 1; i < 100; i++) {
      large.addNodeDef(large.getNodeDef(0).toBuilder().setName("n" + i));
    }
    edited(
        doubling(15),
        graph -> {
          last(graph).putAttr("api_implements", interfaceOf("lstm"));
          graph
              .getGraphDefBuilder()
              .getLibraryBuilder()
              .addFunction(large.putAttr("api_implements", interfaceOf("lstm")));
        });
    assertRefused(directory, ModelReason.TOO_LARGE, "function 'f0' has 1");
  }

  @Test
  void functionThatCallsOneOfItsInterface_mayCallItself() throws Exception {
    edited(
        HostileModels.nested(directory, 3, false),
        graph -> {
          var library = graph.getGraphDefBuilder().getLibraryBuilder();
          library.getFunctionBuilder(0).putAttr("api_implements", interfaceOf("lstm"));
          library.getFunctionBuilder(2).putAttr("api_implements", interfaceOf("lstm"));
        });
    assertRefused(
        directory,
        ModelReason.LOAD_FAILED,
        "function 'f0', or one of its interface, calls itself: f0 -> f1 -> f0");
  }

  private static AttrValue interfaceOf(String name) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(name)).build();
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
    scan(constant(shaped(ONE, 1024, 1024))).require(null);
    assertRefused(
        constant(shaped(ONE, 1024, 1024, 1024)),
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
