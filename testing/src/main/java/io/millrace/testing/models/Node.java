package io.millrace.testing.models;

import com.google.protobuf.ByteString;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** A node of a graph that is being written: its inputs and attributes are added to it. */
public final class Node {
  private final NodeDef.Builder definition;

  Node(NodeDef.Builder definition) {
    this.definition = definition;
  }

  /** The name, which is also how other nodes refer to its first output. */
  public String name() {
    return definition.getName();
  }

  /** How other nodes refer to one of its outputs. */
  public String output(int index) {
    return index == 0 ? name() : name() + ":" + index;
  }

  /** Adds the first output of a node as the next input. */
  public Node input(Node node) {
    return input(node.name());
  }

  /** Adds the next input: {@code name}, {@code name:1}, or {@code ^name} to run after a node. */
  public Node input(String reference) {
    definition.addInput(reference);
    return this;
  }

  public Node attr(String name, DataType type) {
    return attr(name, AttrValue.newBuilder().setType(type));
  }

  public Node attr(String name, boolean value) {
    return attr(name, AttrValue.newBuilder().setB(value));
  }

  public Node attr(String name, long value) {
    return attr(name, AttrValue.newBuilder().setI(value));
  }

  public Node attr(String name, String value) {
    return attr(name, AttrValue.newBuilder().setS(ByteString.copyFromUtf8(value)));
  }

  public Node attr(String name, TensorProto value) {
    return attr(name, AttrValue.newBuilder().setTensor(value));
  }

  /** Adds an attribute of any kind. */
  public Node attr(String name, AttrValue.Builder value) {
    definition.putAttr(name, value.build());
    return this;
  }
}
