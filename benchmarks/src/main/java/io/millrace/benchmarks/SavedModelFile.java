package io.millrace.benchmarks;

import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_INT32;

import io.millrace.testing.models.Node;
import io.millrace.testing.models.SavedModelWriter;
import io.millrace.testing.models.Tensors;
import java.nio.file.Path;
import org.tensorflow.proto.AttrValue;

/** A network as a SavedModel whose weights are variables. */
final class SavedModelFile {
  private final SavedModelWriter model = new SavedModelWriter();

  private SavedModelFile() {}

  /** Writes into a version's directory and returns it. */
  static Path write(Network network, Path directory) {
    return write(network, directory, 0);
  }

  /** As {@link #write(Network, Path)}, with a variable of so many MiB besides that does nothing. */
  static Path write(Network network, Path directory, int ballastMebibytes) {
    SavedModelFile file = new SavedModelFile();
    if (ballastMebibytes > 0) {
      float[] ballast = new float[ballastMebibytes << 18];
      file.variable("ballast", ballast, ballast.length);
    }
    return file.writeLayers(network, directory);
  }

  private Path writeLayers(Network network, Path directory) {
    Node x = model.placeholder("x", DT_FLOAT, -1, Network.INPUTS);
    Node value = x;
    int index = 0;
    for (Layer layer : network.layers()) {
      value = add(layer, "layer" + index++, value);
    }
    model
        .signature("serving_default")
        .input("x", x, DT_FLOAT, -1, Network.INPUTS)
        .output("y", value, DT_FLOAT, -1, Network.OUTPUTS);
    return model.write(directory);
  }

  private Node add(Layer layer, String scope, Node input) {
    if (layer instanceof Layer.Dense dense) {
      Node weights = variable(scope + "/w", dense.weights(), dense.inputs(), dense.outputs());
      Node product = op("MatMul", scope + "/product").input(input).input(weights);
      return activated(dense.activation(), scope, product, dense.bias());
    } else if (layer instanceof Layer.Convolution convolution) {
      return activated("Relu", scope, convolved(convolution, scope, input), convolution.bias());
    } else if (layer instanceof Layer.ToImage image) {
      return reshaped(scope, input, -1, image.side(), image.side(), 1);
    } else {
      return reshaped(scope, input, -1, ((Layer.ToRow) layer).values());
    }
  }

  private Node convolved(Layer.Convolution layer, String scope, Node input) {
    Node kernel =
        variable(
            scope + "/w",
            layer.weights(),
            layer.side(),
            layer.side(),
            layer.inputs(),
            layer.outputs());
    AttrValue.Builder strides = AttrValue.newBuilder();
    strides.getListBuilder().addI(1).addI(layer.stride()).addI(layer.stride()).addI(1);
    return op("Conv2D", scope + "/product")
        .input(input)
        .input(kernel)
        .attr("strides", strides)
        .attr("padding", "VALID");
  }

  private Node activated(String activation, String scope, Node product, float[] bias) {
    Node values = variable(scope + "/b", bias, bias.length);
    Node sum = op("BiasAdd", scope + "/sum").input(product).input(values);
    return op(activation, scope + "/" + activation).input(sum);
  }

  private Node reshaped(String scope, Node input, int... shape) {
    return op("Reshape", scope + "/reshaped")
        .attr("Tshape", DT_INT32)
        .input(input)
        .input(model.constant(scope + "/shape", Tensors.ints(shape, shape.length)));
  }

  private Node op(String op, String name) {
    return model.node(op, name).attr("T", DT_FLOAT);
  }

  private Node variable(String name, float[] values, long... shape) {
    return model.variable(name, Tensors.floats(values, shape));
  }
}
