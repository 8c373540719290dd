package io.millrace.testing.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;

/**
 * Writes a SavedModel as TensorFlow 2 lays it out: resource variables restored by a saver, assets,
 * an initialiser. (TensorFlow Java's own exporter saves reference variables only.)
 *
 * <pre>{@code
 * SavedModelWriter model = new SavedModelWriter();
 * Node x = model.placeholder("x", DataType.DT_FLOAT, -1, 2);
 * Node w = model.variable("w", Tensors.floats(new float[] {1, 2}, 2, 1));
 * Node y = model.node("MatMul", "y").input(x).input(w).attr("T", DataType.DT_FLOAT);
 * model.signature("serving_default").input("x", x, DT_FLOAT, -1, 2).output("y", y, DT_FLOAT, -1, 1);
 * model.write(directory);
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class SavedModelWriter {
  private static final String TENSORFLOW_VERSION = "2.18.0";
  private static final int GRAPH_PRODUCER = 1882;
  private static final int GRAPH_MIN_CONSUMER = 12;

  private final GraphDef.Builder graph = GraphDef.newBuilder();
  private final Map<String, TensorProto> variables = new LinkedHashMap<>();
  private final Map<String, SignatureBuilder> signatures = new LinkedHashMap<>();
  private final Map<String, byte[]> assets = new LinkedHashMap<>();
  private final List<String> initialisers = new ArrayList<>();
  private SaverDef saver = SaverDef.getDefaultInstance();

  /** Inputs and outputs of one signature. */
  public static final class SignatureBuilder {
    private final SignatureDef.Builder definition =
        SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");

    private SignatureBuilder() {}

    public SignatureBuilder input(String name, Node node, DataType type, long... shape) {
      definition.putInputs(name, info(node, type).setTensorShape(Tensors.shape(shape)).build());
      return this;
    }

    public SignatureBuilder output(String name, Node node, DataType type, long... shape) {
      definition.putOutputs(name, info(node, type).setTensorShape(Tensors.shape(shape)).build());
      return this;
    }

    private static TensorInfo.Builder info(Node node, DataType type) {
      return TensorInfo.newBuilder().setName(node.name() + ":0").setDtype(type);
    }
  }

  /** A node of any op, inputs and attributes to be added to it. */
  public Node node(String op, String name) {
    return new Node(graph.addNodeBuilder().setOp(op).setName(name));
  }

  /** A tensor that is fed. */
  public Node placeholder(String name, DataType type, long... shape) {
    return node("Placeholder", name)
        .attr("dtype", type)
        .attr("shape", AttrValue.newBuilder().setShape(Tensors.shape(shape)));
  }

  public Node constant(String name, TensorProto value) {
    return node("Const", name).attr("dtype", value.getDtype()).attr("value", value);
  }

  /** A resource variable with the value that is saved for it. Returns the node that reads it. */
  public Node variable(String name, TensorProto value) {
    variables.put(name, value);
    node("VarHandleOp", name)
        .attr("dtype", value.getDtype())
        .attr("shape", AttrValue.newBuilder().setShape(value.getTensorShape()))
        .attr("shared_name", name);
    return node("ReadVariableOp", name + "/read").input(name).attr("dtype", value.getDtype());
  }

  /** A file under {@code assets/}. Returns the node that holds its path. */
  public Node asset(String file, byte[] content) {
    assets.put(file, content.clone());
    return constant("asset/" + file, Tensors.string(file));
  }

  /** Adds a function to the graph's library. */
  public void function(FunctionDef function) {
    graph.getLibraryBuilder().addFunction(function);
  }

  /** Says what restores a model that has no variables; those bring a saver of their own. */
  public void saver(SaverDef definition) {
    saver = definition;
  }

  /** Runs a node when the model is loaded, after the variables are restored. */
  public void initialiser(Node node) {
    initialisers.add(node.name());
  }

  public SignatureBuilder signature(String key) {
    return signatures.computeIfAbsent(key, ignored -> new SignatureBuilder());
  }

  /**
   * Writes the model.
   *
   * @param directory the version's directory, made where it is absent
   * @return the directory
   * @throws UncheckedIOException if it cannot be written
   */
  public Path write(Path directory) {
    try {
      Files.createDirectories(directory);
      writeAssets(directory);
      MetaGraphDef.Builder metaGraph = MetaGraphDef.newBuilder();
      metaGraph.setSaverDef(saver);
      if (!variables.isEmpty()) {
        Path prefix = Files.createDirectories(directory.resolve("variables")).resolve("variables");
        Checkpoint.write(prefix, variables);
        metaGraph.setSaverDef(addRestore());
      }
      metaGraph
          .getMetaInfoDefBuilder()
          .addTags("serve")
          .setTensorflowVersion(TENSORFLOW_VERSION)
          .setTensorflowGitVersion("millrace");
      addInitialiser(metaGraph);
      signatures.forEach((key, it) -> metaGraph.putSignatureDef(key, it.definition.build()));
      graph.getVersionsBuilder().setProducer(GRAPH_PRODUCER).setMinConsumer(GRAPH_MIN_CONSUMER);
      SavedModel model =
          SavedModel.newBuilder()
              .setSavedModelSchemaVersion(1)
              .addMetaGraphs(metaGraph.setGraphDef(graph))
              .build();
      Files.write(directory.resolve("saved_model.pb"), model.toByteArray());
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a SavedModel to " + directory, e);
    }
  }

  private void writeAssets(Path directory) throws IOException {
    for (Map.Entry<String, byte[]> asset : assets.entrySet()) {
      Path folder = Files.createDirectories(directory.resolve("assets"));
      Files.write(folder.resolve(asset.getKey()), asset.getValue());
    }
  }

  private SaverDef addRestore() {
    Node prefix = constant("save/prefix", Tensors.string("unset"));
    Node names = constant("save/names", Tensors.strings(List.copyOf(variables.keySet())));
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
    variables.values().forEach(value -> types.addType(value.getDtype()));
    Node restore =
        node("RestoreV2", "save/RestoreV2")
            .input(prefix)
            .input(names)
            .input(constant("save/slices", Checkpoint.slices(variables)))
            .attr("dtypes", AttrValue.newBuilder().setList(types));
    Node all = node("NoOp", "save/restore_all");
    Node save =
        node("SaveV2", "save/SaveV2")
            .input(prefix)
            .input(names)
            .input("save/slices")
            .attr("dtypes", AttrValue.newBuilder().setList(types));
    int index = 0;
    for (Map.Entry<String, TensorProto> variable : variables.entrySet()) {
      String name = variable.getKey();
      Node assign =
          node("AssignVariableOp", "save/assign/" + name)
              .input(name)
              .input(restore.output(index++))
              .attr("dtype", variable.getValue().getDtype());
      all.input("^" + assign.name());
      save.input(name + "/read");
    }
    node("Identity", "save/control_dependency")
        .input(prefix)
        .input("^" + save.name())
        .attr("T", DataType.DT_STRING);
    return SaverDef.newBuilder()
        .setFilenameTensorName(prefix.name() + ":0")
        .setSaveTensorName("save/control_dependency:0")
        .setRestoreOpName(all.name())
        .setVersion(SaverDef.CheckpointFormatVersion.V2)
        .build();
  }

  private void addInitialiser(MetaGraphDef.Builder metaGraph) {
    for (String asset : assets.keySet()) {
      metaGraph.addAssetFileDef(
          AssetFileDef.newBuilder()
              .setFilename(asset)
              .setTensorInfo(TensorInfo.newBuilder().setName("asset/" + asset + ":0")));
    }
    if (!initialisers.isEmpty()) {
      Node all = node("NoOp", "initialise");
      initialisers.forEach(name -> all.input("^" + name));
      CollectionDef.Builder mainOp = CollectionDef.newBuilder();
      mainOp.getNodeListBuilder().addValue(all.name());
      metaGraph.putCollectionDef("saved_model_main_op", mainOp.build());
    }
  }

  /** Everything so far, without what makes a SavedModel of it. */
  GraphDef graph() {
    return graph.build();
  }
}
