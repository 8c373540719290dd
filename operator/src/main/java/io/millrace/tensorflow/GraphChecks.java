package io.millrace.tensorflow;

import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_ImportGraphDefOptions;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

/** What is refused before TensorFlow loads a model, with better words or less harm than it has. */
final class GraphChecks {
  private static final Set<String> VARIABLE_OPS = Set.of("VarHandleOp", "VariableV2", "Variable");

  private final ModelContent content;
  private final MetaGraphDef metaGraph;

  GraphChecks(ModelContent content, MetaGraphDef metaGraph) {
    this.content = content;
    this.metaGraph = metaGraph;
  }

  /**
   * @throws ModelException OP_REFUSED for ops that TensorFlow does not have, INCOMPLETE for missing
   *     variables, LOAD_FAILED for a graph that it cannot read
   */
  void verify() throws ModelException {
    verifyVersion();
    verifyOps();
    verifyVariables();
    verifyImport();
  }

  private void verifyVersion() throws ModelException {
    int needed = metaGraph.getGraphDef().getVersions().getMinConsumer();
    if (needed > RegisteredOps.graphVersion()) {
      throw new ModelException(
          ModelReason.LOAD_FAILED,
          content.name()
              + " needs a TensorFlow that reads graph version "
              + needed
              + ", this one reads up to "
              + RegisteredOps.graphVersion()
              + origin());
    }
  }

  private void verifyOps() throws ModelException {
    GraphDef graph = metaGraph.getGraphDef();
    Set<String> functions = new HashSet<>();
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      functions.add(function.getSignature().getName());
    }
    TreeMap<String, String> unknown = new TreeMap<>();
    collectUnknown(graph.getNodeList(), functions, "", unknown);
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      String where = " of function '" + function.getSignature().getName() + "'";
      collectUnknown(function.getNodeDefList(), functions, where, unknown);
    }
    if (!unknown.isEmpty()) {
      throw new ModelException(
          ModelReason.OP_REFUSED,
          content.name()
              + " needs ops that TensorFlow "
              + RegisteredOps.tensorFlowVersion()
              + " does not have: "
              + String.join(", ", unknown.values())
              + "; custom ops cannot be loaded, export the model with TensorFlow's own"
              + origin());
    }
  }

  private static void collectUnknown(
      List<NodeDef> nodes, Set<String> functions, String where, TreeMap<String, String> unknown) {
    for (NodeDef node : nodes) {
      String op = node.getOp();
      if (!RegisteredOps.contains(op) && !functions.contains(op)) {
        unknown.putIfAbsent(op, op + " (node '" + node.getName() + "'" + where + ")");
      }
    }
  }

  /** TensorFlow loads a model without its variables all the same, and fails at the first record. */
  private void verifyVariables() throws ModelException {
    @Nullable VariablesIndex index = VariablesIndex.read(content);
    if (index != null) {
      index.verifyShards();
      return;
    }
    boolean restores = !metaGraph.getSaverDef().getRestoreOpName().isEmpty();
    for (NodeDef node : metaGraph.getGraphDef().getNodeList()) {
      if (restores && VARIABLE_OPS.contains(node.getOp())) {
        throw new ModelException(
            ModelReason.INCOMPLETE,
            content.name()
                + " has variables ('"
                + node.getName()
                + "') but no variables/variables.index: copy the model again");
      }
    }
  }

  /**
   * Imports the graph and throws it away. TensorFlow's loader ends the process over some graphs (a
   * node that lacks an input) that this step refuses.
   */
  private void verifyImport() throws ModelException {
    byte[] bytes = metaGraph.getGraphDef().toByteArray();
    TF_Graph scratch = tensorflow.TF_NewGraph();
    TF_ImportGraphDefOptions options = tensorflow.TF_NewImportGraphDefOptions();
    try (BytePointer pointer = new BytePointer(bytes);
        NativeStatus status = new NativeStatus()) {
      TF_Buffer buffer = tensorflow.TF_NewBufferFromString(pointer, bytes.length);
      try (SignalMask mask = SignalMask.begun()) {
        tensorflow.TF_GraphImportGraphDef(scratch, buffer, options, status.handle());
      }
      tensorflow.TF_DeleteBuffer(buffer);
      if (!status.isOk()) {
        throw new ModelException(
            ModelReason.LOAD_FAILED,
            "TensorFlow cannot read the graph of "
                + content.name()
                + ": "
                + status.message()
                + origin());
      }
    } finally {
      tensorflow.TF_DeleteImportGraphDefOptions(options);
      tensorflow.TF_DeleteGraph(scratch);
    }
  }

  private String origin() {
    String version = metaGraph.getMetaInfoDef().getTensorflowVersion();
    return " (the model was written by TensorFlow "
        + (version.isEmpty() ? "of an unknown version" : version)
        + ", this is "
        + RegisteredOps.tensorFlowVersion()
        + ")";
  }
}
