package io.millrace.testing.models;

import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_STRING;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;

/**
 * Models that must be refused before TensorFlow sees them; most would not load either, for their
 * nodes have no more than a name. Every method writes into the given directory and returns it.
 */
public final class HostileModels {
  /** The node that must be found. */
  public static final String NODE = "hostile";

  /** From where the node is reached. */
  public enum Place {
    SIGNATURE,
    CONTROL_INPUT,
    INITIALISER,
    RESTORE,
    /** The body of a function that an attribute of a node names. */
    FUNCTION,
    /** The body of a function that a node's op names. */
    CALL,
    /** The body of a function that an attribute of a function attribute names. */
    ATTRIBUTE_OF_FUNCTION
  }

  private HostileModels() {}

  /** {@code x float32[-1] -> y float32[-1]}, and a node of this op that is reached from here. */
  public static Path reaching(Path directory, String op, Place place) {
    SavedModelWriter model = new SavedModelWriter();
    Node y = identity(model);
    switch (place) {
      case SIGNATURE -> y.input("^" + hop(model).input(model.node(op, NODE)).name());
      case CONTROL_INPUT -> y.input("^" + model.node(op, NODE).name());
      case INITIALISER -> model.initialiser(model.node(op, NODE));
      case RESTORE -> model.saver(restoring(model.node(op, NODE)));
      case FUNCTION -> {
        model.function(body("inner", op, NODE));
        y.input("^" + call(model, "inner").name());
      }
      case CALL -> {
        model.function(body("inner", op, NODE));
        model.function(body("outer", "inner", "call"));
        y.input("^" + model.node("outer", "call").name());
      }
      case ATTRIBUTE_OF_FUNCTION -> {
        model.function(body("inner", op, NODE));
        model.function(body("outer", "NoOp", "nothing"));
        NameAttrList.Builder outer = NameAttrList.newBuilder().setName("outer");
        outer.putAttr("g", AttrValue.newBuilder().setFunc(named("inner")).build());
        Node call = model.node("PartitionedCall", "call");
        y.input("^" + call.attr("f", AttrValue.newBuilder().setFunc(outer)).name());
      }
    }
    return model.write(directory);
  }

  /** As {@link #reaching}, but nothing reaches the node. */
  public static Path holding(Path directory, String op) {
    SavedModelWriter model = new SavedModelWriter();
    identity(model);
    model.node(op, NODE);
    model.function(body("unused", op, NODE));
    return model.write(directory);
  }

  /** A model whose functions call each other in a circle, or in a row if it is not closed. */
  public static Path nested(Path directory, int functions, boolean closed) {
    SavedModelWriter model = new SavedModelWriter();
    Node y = identity(model);
    for (int i = 0; i < functions; i++) {
      boolean last = i == functions - 1;
      String callee = last && !closed ? "NoOp" : "f" + (i + 1) % functions;
      model.function(body("f" + i, callee, "call"));
    }
    y.input("^" + call(model, "f0").name());
    return model.write(directory);
  }

  /**
   * A model of about so many bytes of constants and so many nodes in a row, one of them hostile.
   */
  public static Path large(Path directory, int bytes, int nodes) {
    SavedModelWriter model = new SavedModelWriter();
    Node y = identity(model);
    int floats = (1 << 20) / Float.BYTES;
    for (int i = 0; i < bytes / (floats * Float.BYTES); i++) {
      y.input(
          "^" + model.constant("weights" + i, Tensors.floats(new float[floats], floats)).name());
    }
    Node last = model.node("ReadFile", NODE);
    for (int i = 0; i < nodes; i++) {
      last = model.node("Identity", "in/a/row/" + i).input(last).attr("T", DT_STRING);
    }
    y.input("^" + last.name());
    return model.write(directory);
  }

  /** Two signatures that do the same, the first one beside the reading of a file. */
  public static Path readingBeside(Path directory, String reading, String safe) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DT_FLOAT, -1);
    model.node("ReadFile", NODE).input(model.placeholder("path", DT_STRING));
    for (String key : List.of(reading, safe)) {
      Node y = model.node("Identity", "y/" + key).input(x).attr("T", DT_FLOAT);
      if (key.equals(reading)) {
        y.input("^" + NODE);
      }
      model.signature(key).input("x", x, DT_FLOAT, -1).output("y", y, DT_FLOAT, -1);
    }
    return model.write(directory);
  }

  /** One sum of so many inputs, which so many signatures reach. */
  public static Path wide(Path directory, int inputs, int signatures) {
    SavedModelWriter model = new SavedModelWriter();
    Node sum = model.node("AddN", "sum");
    Node one = model.constant("one", Tensors.floats(new float[] {1}, 1));
    for (int i = 0; i < inputs; i++) {
      sum.input(one);
    }
    for (int i = 0; i < signatures; i++) {
      model.signature("signature-" + i).output("y", sum, DT_FLOAT);
    }
    return model.write(directory);
  }

  /** Turns a model into one that has only a {@code saved_model.pbtxt}. */
  public static Path asText(Path directory) {
    Path binary = directory.resolve("saved_model.pb");
    try {
      SavedModel model = SavedModel.parseFrom(Files.readAllBytes(binary));
      Files.writeString(directory.resolve("saved_model.pbtxt"), model.toString());
      Files.delete(binary);
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot rewrite " + binary, e);
    }
  }

  static Node identity(SavedModelWriter model) {
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node y = model.node("Identity", "y").input(x).attr("T", DT_FLOAT);
    model.signature("serving_default").input("x", x, DT_FLOAT, -1).output("y", y, DT_FLOAT, -1);
    return y;
  }

  private static Node hop(SavedModelWriter model) {
    return model.node("Identity", "hop").attr("T", DT_FLOAT);
  }

  private static SaverDef restoring(Node node) {
    return SaverDef.newBuilder()
        .setFilenameTensorName("save/prefix:0")
        .setRestoreOpName(node.name())
        .build();
  }

  /** A node that calls a function. */
  static Node call(SavedModelWriter model, String function) {
    return model
        .node("StatefulPartitionedCall", "call")
        .attr("f", AttrValue.newBuilder().setFunc(named(function)));
  }

  private static NameAttrList named(String function) {
    return NameAttrList.newBuilder().setName(function).build();
  }

  /** A function of one string argument, which is the input of its only node. */
  public static FunctionDef body(String function, String op, String node) {
    FunctionDef.Builder definition = FunctionDef.newBuilder();
    definition.setSignature(
        OpDef.newBuilder()
            .setName(function)
            .addAllInputArg(
                List.of(OpDef.ArgDef.newBuilder().setName("path").setType(DT_STRING).build())));
    new Node(definition.addNodeDefBuilder().setOp(op).setName(node)).input("path");
    return definition.build();
  }
}
