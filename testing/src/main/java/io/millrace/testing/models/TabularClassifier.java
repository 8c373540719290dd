package io.millrace.testing.models;

import static org.tensorflow.proto.DataType.DT_BOOL;
import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_INT32;

import io.millrace.testing.models.SavedModels.Layer;
import java.nio.file.Path;
import java.util.List;

/**
 * A trained classifier of rows of raw numbers. The graph holds the preparation of the features too:
 * a record's own values are the input.
 *
 * <p>The layers see, side by side: {@code (x - mean) * scale}; {@code (log1p(max(x, 0)) - logMean)
 * * logScale}; and for each category 1 where the category column equals it, else 0. A scale of 0
 * takes a column out.
 *
 * @param categoryColumn the column that holds a code rather than a quantity
 * @param layers the last one has one output
 */
public record TabularClassifier(
    float[] mean,
    float[] scale,
    float[] logMean,
    float[] logScale,
    int categoryColumn,
    float[] categories,
    List<Layer> layers) {

  public TabularClassifier {
    layers = List.copyOf(layers);
  }

  /**
   * Writes {@code x float32[-1, n] -> <output> float32[-1]} into the version's directory and
   * returns it.
   */
  public Path write(Path directory, String output) {
    SavedModelWriter model = new SavedModelWriter();
    int columns = mean.length;
    Node x = model.placeholder("x", DT_FLOAT, -1, columns);
    Node value = concat(model, standardised(model, x), logarithms(model, x), oneHot(model, x));
    for (int i = 0; i < layers.size(); i++) {
      value = SavedModels.dense(model, "layer" + i, layers.get(i), value);
    }
    Node probability =
        model
            .node("Reshape", "probability")
            .input(value)
            .input(model.constant("vector", Tensors.ints(new int[] {-1}, 1)))
            .attr("T", DT_FLOAT)
            .attr("Tshape", DT_INT32);
    model.signature("serving_default").input("x", x, DT_FLOAT, -1, columns);
    model.signature("serving_default").output(output, probability, DT_FLOAT, -1);
    return model.write(directory);
  }

  private Node standardised(SavedModelWriter model, Node x) {
    return scaled(model, "standardised", x, mean, scale);
  }

  private Node logarithms(SavedModelWriter model, Node x) {
    Node positive = SavedModels.unary(model, "Relu", "positive", x);
    Node logarithm = SavedModels.unary(model, "Log1p", "logarithm", positive);
    return scaled(model, "logarithms", logarithm, logMean, logScale);
  }

  private Node oneHot(SavedModelWriter model, Node x) {
    Node column =
        model
            .node("StridedSlice", "category")
            .input(x)
            .input(model.constant("category/begin", Tensors.ints(new int[] {0, categoryColumn}, 2)))
            .input(
                model.constant("category/end", Tensors.ints(new int[] {0, categoryColumn + 1}, 2)))
            .input(model.constant("category/step", Tensors.ints(new int[] {1, 1}, 2)))
            .attr("T", DT_FLOAT)
            .attr("Index", DT_INT32)
            .attr("begin_mask", 1)
            .attr("end_mask", 1);
    Node codes = model.constant("codes", Tensors.floats(categories, 1, categories.length));
    Node equal = SavedModels.binary(model, "Equal", "is_category", column, codes);
    return model.node("Cast", "one_hot").input(equal).attr("SrcT", DT_BOOL).attr("DstT", DT_FLOAT);
  }

  private static Node scaled(
      SavedModelWriter model, String scope, Node x, float[] offset, float[] factor) {
    Node mean = model.constant(scope + "/mean", Tensors.floats(offset, offset.length));
    Node scale = model.constant(scope + "/scale", Tensors.floats(factor, factor.length));
    Node centred = SavedModels.binary(model, "Sub", scope + "/centred", x, mean);
    return SavedModels.binary(model, "Mul", scope, centred, scale);
  }

  private static Node concat(SavedModelWriter model, Node... parts) {
    Node axis = model.constant("axis", Tensors.ints(new int[] {1}));
    Node concat = model.node("ConcatV2", "features");
    for (Node part : parts) {
      concat.input(part);
    }
    return concat.input(axis).attr("T", DT_FLOAT).attr("N", parts.length).attr("Tidx", DT_INT32);
  }
}
