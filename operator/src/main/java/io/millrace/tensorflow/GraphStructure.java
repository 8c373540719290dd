package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * What is refused under any policy, because it would end the process or fill its memory before an
 * op is run, or because TensorFlow might not see the graph that was checked.
 */
final class GraphStructure {
  /** Nodes, those of functions included. A few hundred thousand are the largest known. */
  static final int MOST_NODES = 1_000_000;

  static final int MOST_SIGNATURES = 1_000;

  private final String file;
  private final MetaGraphDef metaGraph;

  private GraphStructure(String file, MetaGraphDef metaGraph) {
    this.file = file;
    this.metaGraph = metaGraph;
  }

  /**
   * @param file named in what is thrown
   * @throws ModelException TOO_LARGE or LOAD_FAILED, naming the node or the function
   */
  static void verify(String file, MetaGraphDef metaGraph) throws ModelException {
    GraphStructure structure = new GraphStructure(file, metaGraph);
    structure.verifySizes();
    structure.verifyNames();
    long broughtBytes = structure.verifyConstants();
    FunctionCalls.verify(file, metaGraph.getGraphDef(), broughtBytes);
  }

  private void verifySizes() throws ModelException {
    GraphDef graph = metaGraph.getGraphDef();
    long nodes = graph.getNodeCount();
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      nodes += function.getNodeDefCount();
    }
    verifyCounts(file, nodes, metaGraph.getSignatureDefCount());
  }

  static void verifyCounts(String file, long nodes, long signatures) throws ModelException {
    if (nodes > MOST_NODES || signatures > MOST_SIGNATURES) {
      throw new ModelException(
          ModelReason.TOO_LARGE,
          file
              + " has "
              + nodes
              + " nodes and "
              + signatures
              + " signatures: expected at most "
              + MOST_NODES
              + " and "
              + MOST_SIGNATURES);
    }
  }

  private void verifyNames() throws ModelException {
    GraphDef graph = metaGraph.getGraphDef();
    verifyNames(graph.getNodeList(), "");
    Set<String> functions = new HashSet<>();
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      String name = function.getSignature().getName();
      if (!functions.add(name)) {
        throw corrupt("two functions are named '" + name + "'");
      }
      if (OpClasses.of(name) != null) {
        throw corrupt("a function has the name of the op '" + name + "'");
      }
      verifyDefaults(function);
      verifyNames(function.getNodeDefList(), of(function));
    }
  }

  private void verifyNames(List<NodeDef> nodes, String where) throws ModelException {
    Set<String> names = new HashSet<>();
    for (NodeDef node : nodes) {
      if (!names.add(node.getName())) {
        throw corrupt("two nodes" + where + " are named '" + node.getName() + "'");
      }
    }
  }

  /**
   * A default takes the place of a placeholder in the body, unseen by what looks at the attributes
   * of nodes. TensorFlow writes none.
   */
  private void verifyDefaults(FunctionDef function) throws ModelException {
    for (OpDef.AttrDef attribute : function.getSignature().getAttrList()) {
      AttrValue value = attribute.getDefaultValue();
      AttrValue.ListValue list = value.getList();
      if (value.hasFunc() || list.getFuncCount() > 0) {
        throw corrupt(
            "attribute '" + attribute.getName() + "'" + of(function) + " has a default function");
      }
      if (value.hasTensor() || list.getTensorCount() > 0) {
        throw corrupt(
            "attribute '" + attribute.getName() + "'" + of(function) + " has a default tensor");
      }
    }
  }

  /** Returns what the constants bring along in the file. */
  private long verifyConstants() throws ModelException {
    Constants constants = new Constants(file);
    for (NodeDef node : metaGraph.getGraphDef().getNodeList()) {
      constants.add(node, "");
    }
    for (FunctionDef function : metaGraph.getGraphDef().getLibrary().getFunctionList()) {
      for (NodeDef node : function.getNodeDefList()) {
        constants.add(node, of(function));
      }
    }
    return constants.broughtBytes();
  }

  private static String of(FunctionDef function) {
    return " of function '" + function.getSignature().getName() + "'";
  }

  private ModelException corrupt(String what) {
    return new ModelException(ModelReason.LOAD_FAILED, file + ": " + what);
  }
}
