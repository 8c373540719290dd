package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.Signature;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a SavedModel say.
 *
 * @param file {@code saved_model.pb} or {@code saved_model.pbtxt}
 * @param fileBytes its size
 * @param graphs its meta graphs, in the order of the file
 * @param variables the tensors of its checkpoint, sorted by name; of all graphs together
 */
public record SavedModelInfo(
    String file, long fileBytes, List<Graph> graphs, List<VariableInfo> variables) {

  public SavedModelInfo {
    graphs = List.copyOf(graphs);
    variables = List.copyOf(variables);
  }

  /**
   * A meta graph: what is loaded as a whole.
   *
   * @param tags the tag set that names it, may be empty
   * @param tensorFlowVersion the version that wrote it, empty where it did not say
   * @param producer the graph version of the writer
   * @param minConsumer the oldest graph version that may read it
   * @param signatures those that can be called, sorted by key
   * @param unusable why the others cannot, by key
   * @param ops how often each op occurs, function bodies included
   * @param assets the files under {@code assets/} that it reads
   */
  public record Graph(
      List<String> tags,
      String tensorFlowVersion,
      int producer,
      int minConsumer,
      List<Callable> signatures,
      Map<String, String> unusable,
      Map<String, Integer> ops,
      List<String> assets) {
    public Graph {
      tags = List.copyOf(tags);
      signatures = List.copyOf(signatures);
      unusable = Map.copyOf(unusable);
      ops = Map.copyOf(ops);
      assets = List.copyOf(assets);
    }

    /**
     * The signature that a loaded model would run.
     *
     * @param key which, or null for {@code serving_default} if present, else the only one
     * @throws ModelException SIGNATURE_MISMATCH if there is no such signature, listing the others,
     *     or it cannot be called
     */
    public Callable signature(@Nullable String key) throws ModelException {
      TreeMap<String, Callable> callable = new TreeMap<>();
      signatures.forEach(it -> callable.put(it.signature().name(), it));
      TreeSet<String> keys = new TreeSet<>(callable.keySet());
      keys.addAll(unusable.keySet());
      String chosen = SignatureTable.choose(key, List.copyOf(keys));
      Callable found = callable.get(chosen);
      if (found == null) {
        throw new ModelException(
            ModelReason.SIGNATURE_MISMATCH, String.valueOf(unusable.get(chosen)));
      }
      return found;
    }
  }

  /**
   * A signature and what a call of it executes.
   *
   * @param reachableOps how often each op occurs in what the outputs, the initialisers and the
   *     restore reach; a function's body counts as a whole
   */
  public record Callable(Signature signature, Map<String, Integer> reachableOps) {
    public Callable {
      reachableOps = Map.copyOf(reachableOps);
    }
  }

  /**
   * The meta graph that a load with these tags would take.
   *
   * @param tags the whole tag set, or null for {@code serve} if present, else the only graph
   * @throws ModelException SIGNATURE_MISMATCH listing the tag sets if there is none
   */
  public Graph graph(@Nullable List<String> tags) throws ModelException {
    return graphs.get(SavedModelFile.choose(graphs.stream().map(Graph::tags).toList(), tags));
  }
}
