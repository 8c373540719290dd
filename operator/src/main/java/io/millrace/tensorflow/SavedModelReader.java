package io.millrace.tensorflow;

import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.VersionDef;

/**
 * Reads what a SavedModel's files say without loading TensorFlow's native library, which takes
 * seconds and executes the model's initialiser.
 *
 * <pre>{@code
 * SavedModelInfo info = SavedModelReader.read(Path.of("models/fraud/7"));
 * info.graph(null).signatures();
 * }</pre>
 */
public final class SavedModelReader {
  private SavedModelReader() {}

  /**
   * Reads a model.
   *
   * @param directory that of one version: it holds {@code saved_model.pb} or {@code .pbtxt}
   * @throws ModelException NOT_FOUND if there is no model, LOAD_FAILED if it cannot be read
   */
  public static SavedModelInfo read(Path directory) throws ModelException {
    return read(new ModelContent.Folder(directory));
  }

  /** The same, for files that may be in memory. */
  public static SavedModelInfo read(ModelContent content) throws ModelException {
    SavedModel model = SavedModelFile.read(content);
    List<SavedModelInfo.Graph> graphs = new ArrayList<>();
    String file = SavedModelFile.locate(content);
    for (MetaGraphDef metaGraph : model.getMetaGraphsList()) {
      graphs.add(graph(content, file, metaGraph));
    }
    VariablesIndex index = VariablesIndex.read(content);
    try {
      return new SavedModelInfo(
          file, content.size(file), graphs, index == null ? List.of() : index.variables());
    } catch (IOException e) {
      throw new ModelException(
          ModelReason.LOAD_FAILED, "cannot read " + content.name(file) + ": " + e, e);
    }
  }

  private static SavedModelInfo.Graph graph(
      ModelContent content, String file, MetaGraphDef metaGraph) throws ModelException {
    SignatureTable table = new SignatureTable(metaGraph);
    ReachableOps reachable = new ReachableOps(content.name(file), metaGraph.getGraphDef());
    List<SavedModelInfo.Callable> signatures = new ArrayList<>();
    TreeMap<String, String> unusable = new TreeMap<>();
    for (String key : table.keys()) {
      BoundSignature bound;
      try {
        bound = table.get(key);
      } catch (ModelException e) {
        unusable.put(key, e.getMessage());
        continue;
      }
      List<String> roots = roots(metaGraph, bound);
      signatures.add(new SavedModelInfo.Callable(bound.signature(), reachable.from(roots)));
    }
    VersionDef versions = metaGraph.getGraphDef().getVersions();
    return new SavedModelInfo.Graph(
        SavedModelFile.tags(metaGraph),
        metaGraph.getMetaInfoDef().getTensorflowVersion(),
        versions.getProducer(),
        versions.getMinConsumer(),
        signatures,
        unusable,
        ops(metaGraph),
        Initialisers.assets(content.name("assets"), metaGraph).values().stream()
            .map(path -> path.substring(path.lastIndexOf('/') + 1))
            .toList());
  }

  /** What is executed: by a call, by the loader, and by the restore. */
  static List<String> roots(MetaGraphDef metaGraph, BoundSignature bound) {
    List<String> roots = new ArrayList<>(bound.outputTensors());
    roots.addAll(Initialisers.ofLoader(metaGraph));
    roots.addAll(Initialisers.leftToUs(metaGraph));
    roots.add(metaGraph.getSaverDef().getRestoreOpName());
    return roots;
  }

  private static Map<String, Integer> ops(MetaGraphDef metaGraph) {
    Stream<NodeDef> inFunctions =
        metaGraph.getGraphDef().getLibrary().getFunctionList().stream()
            .map(FunctionDef::getNodeDefList)
            .flatMap(List::stream);
    TreeMap<String, Integer> counts = new TreeMap<>();
    Stream.concat(metaGraph.getGraphDef().getNodeList().stream(), inFunctions)
        .forEach(node -> counts.merge(node.getOp(), 1, Integer::sum));
    return counts;
  }
}
