package io.millrace.tensorflow;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.TensorInfo;

/** What runs when a model is loaded, and the assets that it reads. */
final class Initialisers {
  private static final String SIGNATURE = "__saved_model_init_op";
  private static final List<String> COLLECTIONS = List.of("saved_model_main_op", "legacy_init_op");
  private static final String TABLES = "table_initializer";
  private static final String ASSETS = "saved_model_assets";
  private static final Path FOLDER = Path.of("assets");

  // What is judged is what is fed, by TensorFlow's loader and by us: one form leaves no doubt.
  private static final Pattern FIRST_OUTPUT = Pattern.compile("[^:^]+(:0)?");

  private Initialisers() {}

  /** The nodes that TensorFlow's loader runs. */
  static List<String> ofLoader(MetaGraphDef metaGraph) {
    List<String> nodes = new ArrayList<>();
    if (metaGraph.containsSignatureDef(SIGNATURE)) {
      for (TensorInfo output :
          metaGraph.getSignatureDefOrThrow(SIGNATURE).getOutputsMap().values()) {
        nodes.add(ReachableOps.nodeName(output.getName()));
      }
    }
    for (String collection : COLLECTIONS) {
      nodes.addAll(nodes(metaGraph, collection));
    }
    return nodes;
  }

  /**
   * The nodes that are left to the caller: tables that a model only lists. TensorFlow Transform
   * saves its graphs like that, and leaves it to Python to run them.
   */
  static List<String> leftToUs(MetaGraphDef metaGraph) {
    return ofLoader(metaGraph).isEmpty() ? nodes(metaGraph, TABLES) : List.of();
  }

  private static List<String> nodes(MetaGraphDef metaGraph, String collection) {
    return metaGraph.containsCollectionDef(collection)
        ? metaGraph.getCollectionDefOrThrow(collection).getNodeList().getValueList().stream()
            .map(ReachableOps::nodeName)
            .toList()
        : List.of();
  }

  /**
   * The tensors that hold paths of assets, and the paths, relative to the model's directory.
   *
   * @param folder of the assets, as messages name it
   * @throws ModelException LOAD_FAILED if an asset's name is no path, leads out of {@code assets/},
   *     or has {@code ..} in it, which behind a link leads elsewhere than it says; or if its tensor
   *     is not the first of a node
   */
  static Map<String, String> assets(String folder, MetaGraphDef metaGraph) throws ModelException {
    Map<String, String> assets = new LinkedHashMap<>();
    for (AssetFileDef asset : definitions(metaGraph)) {
      String tensor = asset.getTensorInfo().getName();
      if (!FIRST_OUTPUT.matcher(tensor).matches()) {
        throw new ModelException(
            ModelReason.LOAD_FAILED,
            folder
                + ": the path of asset '"
                + asset.getFilename()
                + "' is fed as '"
                + tensor
                + "', expected the first output of a node, 'node' or 'node:0'");
      }
      assets.put(tensor, inside(folder, asset).toString());
    }
    return assets;
  }

  private static Path inside(String folder, AssetFileDef asset) throws ModelException {
    Path file;
    try {
      file = FOLDER.resolve(asset.getFilename());
    } catch (InvalidPathException e) {
      // Without the name: it holds what no path and hardly a log can hold.
      throw new ModelException(
          ModelReason.LOAD_FAILED,
          folder
              + ": the asset of tensor '"
              + asset.getTensorInfo().getName()
              + "' has a name that is no path: "
              + e.getReason(),
          e);
    }
    if (!file.normalize().equals(file) || !file.startsWith(FOLDER) || file.equals(FOLDER)) {
      throw new ModelException(
          ModelReason.LOAD_FAILED, "asset '" + asset.getFilename() + "' is no file in " + folder);
    }
    return file;
  }

  private static List<AssetFileDef> definitions(MetaGraphDef metaGraph) throws ModelException {
    if (metaGraph.getAssetFileDefCount() > 0 || !metaGraph.containsCollectionDef(ASSETS)) {
      return metaGraph.getAssetFileDefList();
    }
    List<AssetFileDef> assets = new ArrayList<>();
    for (Any any : metaGraph.getCollectionDefOrThrow(ASSETS).getAnyList().getValueList()) {
      try {
        assets.add(any.unpack(AssetFileDef.class));
      } catch (InvalidProtocolBufferException e) {
        throw new ModelException(
            ModelReason.LOAD_FAILED, "the list of assets is corrupt: " + e.getMessage(), e);
      }
    }
    return assets;
  }
}
