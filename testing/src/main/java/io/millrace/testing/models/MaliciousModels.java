package io.millrace.testing.models;

import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_INT32;
import static org.tensorflow.proto.DataType.DT_STRING;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;

/**
 * Models {@code x float32[-1] -> y float32[-1]} that would load, and do what a model has no
 * business to: most of them in their initialiser. Every method writes into the given directory and
 * returns it.
 */
public final class MaliciousModels {
  private static final TensorProto CONTENT = Tensors.string("written by a model");

  private MaliciousModels() {}

  /** Writes a file. */
  public static Path writing(Path directory, Path file) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    Node content = model.constant("content", CONTENT);
    model.initialiser(
        model.node("WriteFile", HostileModels.NODE).input(path(model, file)).input(content));
    return model.write(directory);
  }

  /** As {@link #writing}, in the body of a function. */
  public static Path writingInAFunction(Path directory, Path file) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    FunctionDef.Builder write =
        HostileModels.body("write", "WriteFile", HostileModels.NODE).toBuilder();
    write.getNodeDefBuilder(0).addInput("content:output:0");
    new Node(write.addNodeDefBuilder().setOp("Const").setName("content"))
        .attr("dtype", DT_STRING)
        .attr("value", CONTENT);
    // Without it TensorFlow may drop the node.
    write
        .putControlRet("written", HostileModels.NODE)
        .getSignatureBuilder()
        .addControlOutput("written");
    model.function(write.build());
    model.initialiser(
        HostileModels.call(model, "write")
            .input(path(model, file))
            .attr("Tin", types(DT_STRING))
            .attr("Tout", types()));
    return model.write(directory);
  }

  /** As {@link #writing}, by printing to a file. */
  public static Path printing(Path directory, Path file) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    Node print =
        model.node("PrintV2", HostileModels.NODE).input(model.constant("content", CONTENT));
    model.initialiser(print.attr("output_stream", "file://" + file.toAbsolutePath()));
    return model.write(directory);
  }

  /**
   * As {@link #writing}, as a checkpoint.
   *
   * @param index the file that holds its index
   */
  public static Path saving(Path directory, Path index) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    Path prefix = index.resolveSibling(index.getFileName().toString().replace(".index", ""));
    model.initialiser(
        model
            .node("SaveV2", HostileModels.NODE)
            .input(path(model, prefix))
            .input(model.constant("names", Tensors.strings(List.of("a"))))
            .input(model.constant("slices", Tensors.strings(List.of(""))))
            .input(model.constant("a", Tensors.floats(new float[] {1}, 1)))
            .attr("dtypes", types(DT_FLOAT)));
    return model.write(directory);
  }

  /** From where the op gets its input that {@link #folding} has. */
  public enum Folded {
    /** A constant beside it. */
    BY_A_CONSTANT,
    /** The same, in the memory of the host. */
    BY_A_HOST_CONSTANT,
    /** The shape of a placeholder. */
    BY_A_SHAPE,
    /** How many dimensions a placeholder has. */
    BY_A_RANK,
    /** The argument of a function that a node's op names, which is handed a constant. */
    IN_A_CALL,
    /** Likewise, where a node's attribute names the function. */
    IN_A_PARTITIONED_CALL,
    /** Likewise, where the attribute is that of another function, which is handed its name. */
    IN_A_CALL_BY_ATTRIBUTE,
    /** A node in a function that stands for its argument. */
    BY_AN_ARGUMENT_NODE
  }

  /**
   * Writes a file below a folder, by an op that nothing reaches, but on whose result a shape
   * depends: TensorFlow runs it to find that out.
   */
  public static Path folding(Path directory, Path folder, Folded folded) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    Node shape = model.constant("shape", Tensors.ints(new int[] {1}, 1));
    switch (folded) {
      case BY_A_CONSTANT, BY_A_HOST_CONSTANT, BY_A_SHAPE, BY_A_RANK -> {
        Node hostile =
            model.node("DebugIdentity", HostileModels.NODE).input(known(model, shape, folded));
        debug(hostile, DT_INT32, "file://" + folder.toAbsolutePath());
        reshape(model.node("Reshape", "reshape"))
            .input(model.constant("one", Tensors.floats(new float[] {1}, 1)))
            .input(hostile);
      }
      case IN_A_CALL, BY_AN_ARGUMENT_NODE -> {
        FunctionDef.Builder function = reshaping(folder).toBuilder();
        if (folded == Folded.BY_AN_ARGUMENT_NODE) {
          new Node(function.addNodeDefBuilder().setOp("_Arg").setName("argument"))
              .attr("T", DT_INT32)
              .attr("index", 0L);
          function.getNodeDefBuilderList().stream()
              .filter(node -> node.getName().equals(HostileModels.NODE))
              .forEach(node -> node.setInput(0, "argument:output:0"));
        }
        model.function(function.build());
        model.node("reshaping", "call").input(shape);
      }
      case IN_A_PARTITIONED_CALL -> {
        model.function(reshaping(folder));
        HostileModels.call(model, "reshaping")
            .input(shape)
            .attr("Tin", types(DT_INT32))
            .attr("Tout", types(DT_FLOAT));
      }
      case IN_A_CALL_BY_ATTRIBUTE -> {
        model.function(reshaping(folder));
        model.function(calling());
        model
            .node("calling", "call")
            .input(shape)
            .attr(
                "called",
                AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName("reshaping")));
      }
    }
    return model.write(directory);
  }

  /** The shape of one element, as TensorFlow knows it without a run. */
  private static Node known(SavedModelWriter model, Node constant, Folded folded) {
    return switch (folded) {
      case BY_A_HOST_CONSTANT ->
          model
              .node("HostConst", "known")
              .attr("dtype", DT_INT32)
              .attr("value", Tensors.ints(new int[] {1}, 1));
      case BY_A_SHAPE ->
          model
              .node("Shape", "known")
              .input(model.placeholder("one-long", DT_FLOAT, 1))
              .attr("T", DT_FLOAT)
              .attr("out_type", DT_INT32);
      case BY_A_RANK ->
          model
              .node("Pack", "known")
              .input(
                  model
                      .node("Rank", "rank")
                      .input(model.placeholder("some-long", DT_FLOAT, -1))
                      .attr("T", DT_FLOAT))
              .attr("N", 1)
              .attr("T", DT_INT32)
              .attr("axis", 0);
      default -> constant;
    };
  }

  /** Calls the function that its attribute names. */
  private static FunctionDef calling() {
    FunctionDef.Builder function = FunctionDef.newBuilder();
    function
        .getSignatureBuilder()
        .setName("calling")
        .addAttr(OpDef.AttrDef.newBuilder().setName("called").setType("func"))
        .addInputArg(OpDef.ArgDef.newBuilder().setName("shape").setType(DT_INT32))
        .addOutputArg(OpDef.ArgDef.newBuilder().setName("y").setType(DT_FLOAT));
    new Node(function.addNodeDefBuilder().setOp("PartitionedCall").setName("inner"))
        .input("shape")
        .attr("Tin", types(DT_INT32))
        .attr("Tout", types(DT_FLOAT))
        .attr("f", AttrValue.newBuilder().setPlaceholder("called"));
    return function.putRet("y", "inner:output:0").build();
  }

  private static FunctionDef reshaping(Path folder) {
    FunctionDef.Builder function = FunctionDef.newBuilder();
    function
        .getSignatureBuilder()
        .setName("reshaping")
        .addInputArg(OpDef.ArgDef.newBuilder().setName("shape").setType(DT_INT32))
        .addOutputArg(OpDef.ArgDef.newBuilder().setName("y").setType(DT_FLOAT));
    new Node(function.addNodeDefBuilder().setOp("Const").setName("one"))
        .attr("dtype", DT_FLOAT)
        .attr("value", Tensors.floats(new float[] {1}, 1));
    debug(
        new Node(function.addNodeDefBuilder().setOp("DebugIdentity").setName(HostileModels.NODE))
            .input("shape"),
        DT_INT32,
        "file://" + folder.toAbsolutePath());
    reshape(new Node(function.addNodeDefBuilder().setOp("Reshape").setName("reshape")))
        .input("one:output:0")
        .input(HostileModels.NODE + ":output:0");
    return function.putRet("y", "reshape:output:0").build();
  }

  private static Node reshape(Node node) {
    return node.attr("T", DT_FLOAT).attr("Tshape", DT_INT32);
  }

  private static void debug(Node node, DataType type, String url) {
    AttrValue.Builder urls = AttrValue.newBuilder();
    urls.getListBuilder().addS(ByteString.copyFromUtf8(url));
    node.attr("T", type).attr("tensor_name", "a:0").attr("debug_urls", urls);
  }

  /** Connects to a port of this machine. */
  public static Path connecting(Path directory, int port) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    Node hostile =
        model
            .node("DebugIdentity", HostileModels.NODE)
            .input(model.constant("a", Tensors.floats(new float[] {1}, 1)));
    debug(hostile, DT_FLOAT, "grpc://127.0.0.1:" + port);
    model.initialiser(hostile);
    return model.write(directory);
  }

  static Node path(SavedModelWriter model, Path file) {
    return model.constant("path", Tensors.string(file.toAbsolutePath().toString()));
  }

  static AttrValue.Builder types(DataType... types) {
    return AttrValue.newBuilder()
        .setList(AttrValue.ListValue.newBuilder().addAllType(List.of(types)));
  }
}
