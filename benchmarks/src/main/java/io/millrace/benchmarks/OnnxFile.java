package io.millrace.benchmarks;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A network as an ONNX file, with the ops that a converter from TensorFlow writes. The numbers are
 * those of the fields in onnx.proto (IR version 8, operator set 13).
 */
final class OnnxFile {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final ProtoMessage graph = new ProtoMessage().text(2, "network");
  private int values;

  private OnnxFile() {}

  /** Writes the file and returns it. */
  static Path write(Network network, Path file) throws IOException {
    OnnxFile onnx = new OnnxFile();
    String value = "x";
    for (Layer layer : network.layers()) {
      value = onnx.add(layer, value);
    }
    onnx.node("Identity", "y", value);
    onnx.graph.message(11, tensorInfo("x", Network.INPUTS));
    onnx.graph.message(12, tensorInfo("y", Network.OUTPUTS));
    ProtoMessage operators = new ProtoMessage().text(1, "").number(2, 13);
    ProtoMessage model = new ProtoMessage().number(1, 8).text(2, "millrace").message(7, onnx.graph);
    Files.write(file, model.message(8, operators).toBytes().toByteArray());
    return file;
  }

  private String add(Layer layer, String input) {
    if (layer instanceof Layer.Dense dense) {
      String weights = floats(dense.weights(), dense.inputs(), dense.outputs());
      String product = node("MatMul", next(), input, weights);
      String sum = node("Add", next(), product, floats(dense.bias(), dense.outputs()));
      return node(dense.activation(), next(), sum);
    } else if (layer instanceof Layer.Convolution convolution) {
      return node("Relu", next(), convolved(convolution, input));
    } else if (layer instanceof Layer.ToImage image) {
      return node("Reshape", next(), input, shape(-1, 1, image.side(), image.side()));
    } else {
      // The rows of the next layer's weights are in TensorFlow's order: channels innermost.
      ProtoMessage order = attribute("perm", 0, 2, 3, 1);
      String inner = node("Transpose", next(), new String[] {input}, order);
      return node("Reshape", next(), inner, shape(-1, ((Layer.ToRow) layer).values()));
    }
  }

  private String convolved(Layer.Convolution layer, String input) {
    String kernel =
        floats(layer.outputsFirst(), layer.outputs(), layer.inputs(), layer.side(), layer.side());
    String bias = floats(layer.bias(), layer.outputs());
    ProtoMessage strides = attribute("strides", layer.stride(), layer.stride());
    return node("Conv", next(), new String[] {input, kernel, bias}, strides);
  }

  private String next() {
    return "value" + values++;
  }

  private String node(String op, String output, String... inputs) {
    return node(op, output, inputs, new ProtoMessage[0]);
  }

  private String node(String op, String output, String[] inputs, ProtoMessage... attributes) {
    ProtoMessage node = new ProtoMessage().text(2, output).text(3, output).text(4, op);
    for (String input : inputs) {
      node.text(1, input);
    }
    for (ProtoMessage attribute : attributes) {
      node.message(5, attribute);
    }
    graph.message(1, node);
    return output;
  }

  private static ProtoMessage attribute(String name, long... integers) {
    ProtoMessage attribute = new ProtoMessage().text(1, name).number(20, 7);
    for (long integer : integers) {
      attribute.number(8, integer);
    }
    return attribute;
  }

  private String floats(float[] weights, long... shape) {
    ByteBuffer bytes = littleEndian(weights.length * Float.BYTES);
    bytes.asFloatBuffer().put(weights);
    return constant(FLOAT, bytes, shape);
  }

  private String shape(long... dimensions) {
    ByteBuffer bytes = littleEndian(dimensions.length * Long.BYTES);
    bytes.asLongBuffer().put(dimensions);
    return constant(INT64, bytes, dimensions.length);
  }

  private String constant(int type, ByteBuffer content, long... shape) {
    String name = next();
    ProtoMessage tensor =
        new ProtoMessage().number(2, type).text(8, name).bytes(9, ByteString.copyFrom(content));
    for (long dimension : shape) {
      tensor.number(1, dimension);
    }
    graph.message(5, tensor);
    return name;
  }

  private static ProtoMessage tensorInfo(String name, int columns) {
    ProtoMessage shape =
        new ProtoMessage()
            .message(1, new ProtoMessage().text(2, "rows"))
            .message(1, new ProtoMessage().number(1, columns));
    ProtoMessage tensor = new ProtoMessage().number(1, FLOAT).message(2, shape);
    return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
