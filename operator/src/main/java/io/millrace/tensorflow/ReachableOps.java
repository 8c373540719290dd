package io.millrace.tensorflow;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The ops that a call executes: a walk from the fetched tensors along data and control inputs and
 * into function bodies. A function body counts as a whole.
 */
final class ReachableOps {
  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Map<String, FunctionDef> functions = new HashMap<>();

  ReachableOps(GraphDef graph) {
    for (NodeDef node : graph.getNodeList()) {
      nodes.put(node.getName(), node);
    }
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      functions.put(function.getSignature().getName(), function);
    }
  }

  /**
   * How often each op occurs in what these tensors or nodes reach; a name that is not in the graph
   * reaches nothing.
   */
  TreeMap<String, Integer> from(Collection<String> references) {
    TreeMap<String, Integer> counts = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    Set<String> called = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    for (String reference : references) {
      open.add(nodeName(reference));
    }
    while (!open.isEmpty()) {
      NodeDef node = nodes.get(open.remove());
      if (node == null || !seen.add(node.getName())) {
        continue;
      }
      count(node, counts, called);
      for (String input : node.getInputList()) {
        open.add(nodeName(input));
      }
    }
    return counts;
  }

  /** Counts a node, and the nodes of the functions that it calls. */
  private void count(NodeDef first, Map<String, Integer> counts, Set<String> called) {
    Deque<NodeDef> open = new ArrayDeque<>(List.of(first));
    while (!open.isEmpty()) {
      NodeDef node = open.remove();
      if (functions.containsKey(node.getOp())) {
        open.addAll(body(node.getOp(), called));
      } else {
        counts.merge(node.getOp(), 1, Integer::sum);
      }
      for (AttrValue attribute : node.getAttrMap().values()) {
        if (attribute.hasFunc()) {
          open.addAll(body(attribute.getFunc().getName(), called));
        }
        attribute.getList().getFuncList().forEach(it -> open.addAll(body(it.getName(), called)));
      }
    }
  }

  private List<NodeDef> body(String function, Set<String> called) {
    FunctionDef definition = functions.get(function);
    return definition == null || !called.add(function) ? List.of() : definition.getNodeDefList();
  }

  /** {@code node} of {@code node}, {@code node:1} and {@code ^node}. */
  static String nodeName(String reference) {
    int start = reference.startsWith("^") ? 1 : 0;
    int colon = reference.indexOf(':');
    return reference.substring(start, colon < 0 ? reference.length() : colon);
  }
}
