package io.millrace.testing.models;

import static org.tensorflow.proto.DataType.DT_BOOL;
import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_INT32;
import static org.tensorflow.proto.DataType.DT_INT64;
import static org.tensorflow.proto.DataType.DT_STRING;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/**
 * Small models, each with one habit. Every method writes into the given directory (a version's, so
 * {@code base/7}) and returns it; the signature is {@code serving_default} unless said otherwise.
 */
public final class SavedModels {
  private static final String DEFAULT = "serving_default";

  /** The element types of {@link #identity}. */
  private static final List<DataType> FEEDABLE =
      List.of(
          DataType.DT_FLOAT,
          DataType.DT_DOUBLE,
          DataType.DT_INT32,
          DataType.DT_UINT8,
          DataType.DT_INT16,
          DataType.DT_INT8,
          DataType.DT_STRING,
          DataType.DT_COMPLEX64,
          DataType.DT_INT64,
          DataType.DT_BOOL,
          DataType.DT_QINT8,
          DataType.DT_QUINT8,
          DataType.DT_QINT32,
          DataType.DT_BFLOAT16,
          DataType.DT_QINT16,
          DataType.DT_QUINT16,
          DataType.DT_UINT16,
          DataType.DT_COMPLEX128,
          DataType.DT_HALF,
          DataType.DT_UINT32,
          DataType.DT_UINT64,
          DataType.DT_FLOAT8_E5M2,
          DataType.DT_FLOAT8_E4M3FN,
          DataType.DT_INT4,
          DataType.DT_UINT4);

  private SavedModels() {}

  /** {@code x float32[-1, n] -> y float32[-1, 1]}: x times the weights, plus the bias. */
  public static Path linear(Path directory, float[] weights, float bias) {
    return layers(directory, List.of(new Layer(column(weights), new float[] {bias}, "Identity")));
  }

  /** {@code x float32[-1, n] -> y float32[-1, 1]}: a logistic regression. */
  public static Path logistic(Path directory, float[] weights, float bias) {
    return layers(directory, List.of(new Layer(column(weights), new float[] {bias}, "Sigmoid")));
  }

  /**
   * A dense layer.
   *
   * @param weights one array of as many values as there are outputs for each input
   * @param activation an element-wise op: {@code Relu}, {@code Sigmoid}, {@code Tanh}, {@code
   *     Identity}; or {@code Softmax}
   */
  public record Layer(float[][] weights, float[] bias, String activation) {}

  /** {@code x float32[-1, n] -> y float32[-1, m]}: dense layers one after the other. */
  public static Path layers(Path directory, List<Layer> layers) {
    SavedModelWriter model = new SavedModelWriter();
    int inputs = layers.get(0).weights().length;
    Node x = model.placeholder("x", DT_FLOAT, -1, inputs);
    Node value = x;
    for (int i = 0; i < layers.size(); i++) {
      value = dense(model, "layer" + i, layers.get(i), value);
    }
    int outputs = layers.get(layers.size() - 1).bias().length;
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1, inputs);
    model.signature(DEFAULT).output("y", value, DT_FLOAT, -1, outputs);
    return model.write(directory);
  }

  /** Adds a layer whose weights are variables. */
  static Node dense(SavedModelWriter model, String scope, Layer layer, Node input) {
    int rows = layer.weights().length;
    int columns = layer.bias().length;
    Node weights = model.variable(scope + "/w", Tensors.floats(flat(layer), rows, columns));
    Node bias = model.variable(scope + "/b", Tensors.floats(layer.bias(), columns));
    Node product = binary(model, "MatMul", scope + "/product", input, weights);
    Node sum = binary(model, "BiasAdd", scope + "/sum", product, bias);
    return unary(model, layer.activation(), scope + "/" + layer.activation(), sum);
  }

  /**
   * {@code x float32[-1] -> x float32[-1], version int64[-1]}: gives x back beside a number, which
   * shows what scored which record.
   */
  public static Path constantVersion(Path directory, long version) {
    return constantVersion(directory, version, 0);
  }

  /**
   * As {@link #constantVersion(Path, long)}, with a variable of so many floats besides, which takes
   * memory and does nothing.
   */
  public static Path constantVersion(Path directory, long version, int ballast) {
    SavedModelWriter model = new SavedModelWriter();
    if (ballast > 0) {
      model.variable("ballast", Tensors.floats(new float[ballast], ballast));
    }
    return writeVersion(directory, model, version(model, version));
  }

  /** Writes a model that gives x back beside the number. */
  static Path writeVersion(Path directory, SavedModelWriter model, Node number) {
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node shape =
        model.node("Shape", "shape").input(x).attr("T", DT_FLOAT).attr("out_type", DT_INT32);
    Node filled =
        model
            .node("Fill", "filled")
            .input(shape)
            .input(number)
            .attr("T", DT_INT64)
            .attr("index_type", DT_INT32);
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1);
    model.signature(DEFAULT).output("x", unary(model, "Identity", "echo", x), DT_FLOAT, -1);
    model.signature(DEFAULT).output("version", filled, DT_INT64, -1);
    return model.write(directory);
  }

  /**
   * Gives each input back, as an alias of it. A signature for each element type, keyed by the type
   * ({@code uint16}: {@code x uint16[-1, 2] -> y uint16[-1, 2]}), and {@code all}, with an input
   * and an output named by each type.
   */
  public static Path identity(Path directory) {
    return identity(directory, -1, 2);
  }

  /**
   * As {@link #identity}, with rows of so many unknown dimensions: with 1, {@code x uint16[-1, -1]
   * -> y uint16[-1, -1]}.
   */
  public static Path raggedIdentity(Path directory, int unknownDimensions) {
    long[] shape = new long[1 + unknownDimensions];
    Arrays.fill(shape, -1);
    return identity(directory, shape);
  }

  private static Path identity(Path directory, long... shape) {
    SavedModelWriter model = new SavedModelWriter();
    for (DataType type : FEEDABLE) {
      String name = spelling(type);
      Node x = model.placeholder("x_" + name, type, shape);
      Node y = model.node("Identity", "y_" + name).input(x).attr("T", type);
      model.signature(name).input("x", x, type, shape).output("y", y, type, shape);
      model.signature("all").input(name, x, type, shape);
      model.signature("all").output(name, y, type, shape);
    }
    return model.write(directory);
  }

  private static String spelling(DataType type) {
    return switch (type) {
      case DT_FLOAT -> "float32";
      case DT_DOUBLE -> "float64";
      case DT_HALF -> "float16";
      default -> type.name().substring("DT_".length()).toLowerCase(Locale.ROOT);
    };
  }

  /**
   * {@code x float32[-1] -> y float32[-1]}: the square root, checked. A negative x fails the whole
   * call with INVALID_ARGUMENT.
   */
  public static Path failing(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node root = unary(model, "Sqrt", "root", x);
    Node y = unary(model, "CheckNumerics", "y", root).attr("message", "negative x");
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1).output("y", y, DT_FLOAT, -1);
    return model.write(directory);
  }

  /**
   * {@code x float32[-1] -> y float32[-1]}: x without its negative values, so that fewer rows come
   * out than went in, although the signature promises a row for each.
   */
  public static Path wrongRows(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node zero = model.constant("zero", Tensors.floats(new float[] {0}));
    Node keep = binary(model, "GreaterEqual", "keep", x, zero);
    Node where = model.node("Where", "where").input(keep).attr("T", DT_BOOL);
    Node y =
        model
            .node("GatherNd", "y")
            .input(x)
            .input(where)
            .attr("Tparams", DT_FLOAT)
            .attr("Tindices", DT_INT64);
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1).output("y", y, DT_FLOAT, -1);
    return model.write(directory);
  }

  /** {@code x float32[-1] -> y float32[-1]}: log x, so NaN below 0 and -Infinity at 0. */
  public static Path nanFor(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node y = unary(model, "Log", "y", x);
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1).output("y", y, DT_FLOAT, -1);
    return model.write(directory);
  }

  /** {@code a float32[], b float32[] -> product float32[]}: no batch dimension. */
  public static Path unbatched(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    Node a = model.placeholder("a", DT_FLOAT);
    Node b = model.placeholder("b", DT_FLOAT);
    Node product = binary(model, "Mul", "product", a, b);
    model.signature(DEFAULT).input("a", a, DT_FLOAT).input("b", b, DT_FLOAT);
    model.signature(DEFAULT).output("product", product, DT_FLOAT);
    return model.write(directory);
  }

  /** {@code x float32[-1, -1] -> sum float32[-1]}: rows of any length. */
  public static Path ragged(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DT_FLOAT, -1, -1);
    Node axis = model.constant("axis", Tensors.ints(new int[] {1}));
    Node sum = model.node("Sum", "sum").input(x).input(axis);
    sum.attr("T", DT_FLOAT).attr("Tidx", DT_INT32).attr("keep_dims", false);
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1, -1).output("sum", sum, DT_FLOAT, -1);
    return model.write(directory);
  }

  /**
   * {@code x float32[-1, -1] -> sum float32[-1]}: the sum of each row of this length; longer ones
   * fail the call, with all that are padded like them.
   */
  public static Path ofLength(Path directory, int length) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DT_FLOAT, -1, -1);
    float[] ones = new float[length];
    Arrays.fill(ones, 1);
    Node same =
        binary(model, "Mul", "same", x, model.constant("ones", Tensors.floats(ones, length)));
    Node axis = model.constant("axis", Tensors.ints(new int[] {1}));
    Node sum = model.node("Sum", "sum").input(same).input(axis);
    sum.attr("T", DT_FLOAT).attr("Tidx", DT_INT32).attr("keep_dims", false);
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1, -1).output("sum", sum, DT_FLOAT, -1);
    return model.write(directory);
  }

  /**
   * {@code word string[-1] -> id int64[-1], word string[-1]}: the place of each word in a
   * vocabulary that is an asset, -1 for others.
   */
  public static Path vocabulary(Path directory, List<String> words) {
    SavedModelWriter model = new SavedModelWriter();
    Node word = model.placeholder("word", DT_STRING, -1);
    byte[] lines = (String.join("\n", words) + "\n").getBytes(StandardCharsets.UTF_8);
    Node file = model.asset("vocabulary.txt", lines);
    Node table =
        model
            .node("HashTableV2", "table")
            .attr("key_dtype", DT_STRING)
            .attr("value_dtype", DT_INT64)
            .attr("shared_name", "vocabulary");
    model.initialiser(
        model
            .node("InitializeTableFromTextFileV2", "fill")
            .input(table)
            .input(file)
            .attr("key_index", -2)
            .attr("value_index", -1)
            .attr("vocab_size", words.size()));
    Node id =
        model
            .node("LookupTableFindV2", "id")
            .input(table)
            .input(word)
            .input(model.constant("unknown", Tensors.longs(new long[] {-1})))
            .attr("Tin", DT_STRING)
            .attr("Tout", DT_INT64);
    Node echo = model.node("Identity", "echo").input(word).attr("T", DT_STRING);
    model.signature(DEFAULT).input("word", word, DT_STRING, -1);
    model.signature(DEFAULT).output("id", id, DT_INT64, -1).output("word", echo, DT_STRING, -1);
    return model.write(directory);
  }

  /**
   * {@code examples string[-1] -> y float32[-1, 2]}: the feature {@code x} of each serialized
   * {@code tf.Example}, two floats that every one has to have.
   */
  public static Path parsing(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    Node examples = model.placeholder("examples", DT_STRING, -1);
    Node none = model.constant("none", Tensors.strings(List.of()));
    AttrValue.ListValue shape = AttrValue.ListValue.newBuilder().addShape(Tensors.shape(2)).build();
    AttrValue.ListValue type = AttrValue.ListValue.newBuilder().addType(DT_FLOAT).build();
    Node parse =
        model
            .node("ParseExampleV2", "y")
            .input(examples)
            .input(none)
            .input(none)
            .input(model.constant("keys", Tensors.strings(List.of("x"))))
            .input(none)
            .input(model.constant("default", Tensors.floats(new float[0], 0)))
            .attr("Tdense", AttrValue.newBuilder().setList(type))
            .attr("dense_shapes", AttrValue.newBuilder().setList(shape))
            .attr("num_sparse", 0);
    for (String list : List.of("sparse_types", "ragged_value_types", "ragged_split_types")) {
      parse.attr(list, AttrValue.newBuilder().setList(AttrValue.ListValue.getDefaultInstance()));
    }
    model.signature(DEFAULT).input("examples", examples, DT_STRING, -1);
    model.signature(DEFAULT).output("y", parse, DT_FLOAT, -1, 2);
    return model.write(directory);
  }

  /**
   * {@code x float32[-1] -> previous float32[-1]}: gives back what the call before was fed, at
   * first one 0. Keeps the very tensor that it is fed.
   */
  public static Path remembering(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node read = model.variable("last", Tensors.floats(new float[1], 1));
    Node assign =
        model
            .node("AssignVariableOp", "assign")
            .input("last")
            .input(x)
            .input("^" + read.name())
            .attr("dtype", DT_FLOAT);
    Node previous = unary(model, "Identity", "previous", read).input("^" + assign.name());
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1);
    model.signature(DEFAULT).output("previous", previous, DT_FLOAT, -1);
    return model.write(directory);
  }

  static Node version(SavedModelWriter model, long version) {
    return model.variable("version", Tensors.longs(new long[] {version}));
  }

  /** A model whose node {@code forest} is of the op {@code MillraceForest}, which nobody has. */
  public static Path customOp(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node y = model.node("MillraceForest", "forest").input(x);
    model.signature(DEFAULT).input("x", x, DT_FLOAT, -1).output("y", y, DT_FLOAT, -1);
    return model.write(directory);
  }

  static Node unary(SavedModelWriter model, String op, String name, Node input) {
    return model.node(op, name).input(input).attr("T", DT_FLOAT);
  }

  static Node binary(SavedModelWriter model, String op, String name, Node a, Node b) {
    return model.node(op, name).input(a).input(b).attr("T", DT_FLOAT);
  }

  private static float[][] column(float[] weights) {
    float[][] column = new float[weights.length][];
    for (int i = 0; i < weights.length; i++) {
      column[i] = new float[] {weights[i]};
    }
    return column;
  }

  private static float[] flat(Layer layer) {
    int columns = layer.bias().length;
    float[] flat = new float[layer.weights().length * columns];
    for (int row = 0; row < layer.weights().length; row++) {
      System.arraycopy(layer.weights()[row], 0, flat, row * columns, columns);
    }
    return flat;
  }
}
