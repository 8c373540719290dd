package io.millrace.tensorflow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/** What the variables of a graph are assigned, as far as the graph says all of it. */
final class VariableAssignments {
  private static final String HANDLE = "VarHandleOp";
  private static final String SHARED_NAME = "shared_name";
  private static final Set<String> READS = Set.of("ReadVariableOp", "VarIsInitializedOp");

  /** The handles by their variable, which is that of all that have its name, the empty one too. */
  private final Map<String, Integer> handles = new HashMap<>();

  /** The variables by the nodes of the graph that are their handles. */
  private final Map<String, String> variables = new HashMap<>();

  private final Map<String, List<String>> values = new HashMap<>();
  private final Set<String> usedOtherwise = new HashSet<>();

  /** Whether a handle may be that of any variable. */
  private boolean isAnyHandle;

  VariableAssignments(Collection<NodeDef> nodes, Collection<FunctionDef> functions) {
    for (NodeDef node : nodes) {
      addHandle(node);
      if (node.getOp().equals(HANDLE)) {
        variables.put(node.getName(), sharedName(node));
      }
    }
    for (FunctionDef function : functions) {
      function.getNodeDefList().forEach(this::addHandle);
    }
    nodes.forEach(this::addUses);
  }

  private void addHandle(NodeDef node) {
    if (node.getOp().equals("_VarHandlesOp")) {
      isAnyHandle = true;
    } else if (node.getOp().equals(HANDLE)) {
      AttrValue name = node.getAttrMap().get(SHARED_NAME);
      // A placeholder: whoever calls the function says what stands there.
      isAnyHandle |= name != null && name.getValueCase() != AttrValue.ValueCase.S;
      handles.merge(sharedName(node), 1, Integer::sum);
    }
  }

  // Without the container: one that is empty has a name as well, which another node may say.
  private static String sharedName(NodeDef handle) {
    AttrValue name = handle.getAttrMap().get(SHARED_NAME);
    return name == null ? "" : name.getS().toStringUtf8();
  }

  private void addUses(NodeDef node) {
    for (int i = 0; i < node.getInputCount(); i++) {
      String name = ReachableOps.nodeName(node.getInput(i));
      if (!variables.containsKey(name) || node.getInput(i).startsWith("^")) {
        continue;
      }
      if (node.getOp().equals("AssignVariableOp") && i == 0 && node.getInputCount() > 1) {
        values.computeIfAbsent(name, key -> new ArrayList<>()).add(node.getInput(1));
      } else if (!READS.contains(node.getOp())) {
        usedOtherwise.add(name);
      }
    }
  }

  /**
   * The tensors that a variable is assigned, or null if it may get others.
   *
   * @param handle the name of a node
   */
  @Nullable List<String> of(String handle) {
    String variable = variables.get(handle);
    if (variable == null
        || isAnyHandle
        || handles.getOrDefault(variable, 0) != 1
        || usedOtherwise.contains(handle)) {
      return null;
    }
    return values.get(handle);
  }
}
