package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.tensorflow.proto.MetaGraphDef;

/**
 * Finds the signatures that may keep what they are fed beyond the call: in a variable, a queue, a
 * staging area. They keep the tensor itself and not a copy, so its memory must not be written
 * again.
 */
final class RetainedInputs {
  private static final Pattern KEEPS =
      Pattern.compile(
          "Assign|AssignVariableOp|.*Enqueue.*|.*Stage|BarrierInsertMany|GetSessionHandle.*"
              + "|.*Dataset.*");

  private RetainedInputs() {}

  /**
   * The keys of such signatures. Calls alone count; initialisers and restore are not fed.
   *
   * @param file of the graph, as messages name it
   * @throws ModelException TOO_LARGE if there is too much to look at
   */
  static Set<String> signatures(String file, MetaGraphDef metaGraph, SignatureTable table)
      throws ModelException {
    ReachableOps reachable = new ReachableOps(file, metaGraph.getGraphDef());
    Set<String> keys = new TreeSet<>();
    for (String key : table.keys()) {
      List<String> outputs;
      try {
        outputs = table.get(key).outputTensors();
      } catch (ModelException e) {
        // It cannot be called either; whoever asks for it hears why.
        continue;
      }
      if (reachable.from(outputs).keySet().stream().anyMatch(KEEPS.asMatchPredicate())) {
        keys.add(key);
      }
    }
    return keys;
  }
}
