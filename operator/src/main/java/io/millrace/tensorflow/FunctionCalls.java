package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Refuses functions that call themselves, directly or not, and functions that are nested too
 * deeply: TensorFlow follows calls by recursion, until the stack of the process is used up. Refuses
 * functions, and a graph, of too many nodes as well once TensorFlow has put the bodies of functions
 * in the place of their calls: in a row of functions that call the next one twice, each doubles it.
 */
final class FunctionCalls {
  /** How deep calls may be nested; models of Keras come to about ten. */
  static final int DEEPEST = 200;

  private static final int NAMES_SHOWN = 10;

  private final String file;
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, Integer> depths = new HashMap<>();

  /** The nodes of a function with those of all that it calls, which are at most MOST_NODES. */
  private final Map<String, Long> expanded = new HashMap<>();

  private final Deque<Frame> stack = new ArrayDeque<>();
  private final Set<String> entered = new LinkedHashSet<>();

  private FunctionCalls(String file, FunctionDefLibrary library) {
    this.file = file;
    for (FunctionDef function : library.getFunctionList()) {
      functions.put(function.getSignature().getName(), function);
    }
  }

  /** A function whose callees are being looked at. */
  private static final class Frame {
    final String function;
    final Map<String, Integer> calls;
    final Iterator<String> callees;
    int depth = 1;

    Frame(String function, Map<String, Integer> calls) {
      this.function = function;
      this.calls = calls;
      this.callees = calls.keySet().iterator();
    }
  }

  /**
   * @throws ModelException LOAD_FAILED naming the functions; TOO_LARGE for more nodes than a graph
   *     may have
   */
  static void verify(String file, GraphDef graph) throws ModelException {
    FunctionCalls calls = new FunctionCalls(file, graph.getLibrary());
    for (String function : calls.functions.keySet()) {
      if (!calls.depths.containsKey(function)) {
        calls.visit(function);
      }
    }
    calls.expand("the graph", graph.getNodeList(), calls.calls(graph.getNodeList()));
  }

  private void visit(String first) throws ModelException {
    enter(first);
    while (!stack.isEmpty()) {
      Frame frame = stack.getLast();
      if (!frame.callees.hasNext()) {
        leave(frame);
        continue;
      }
      String callee = frame.callees.next();
      Integer depth = depths.get(callee);
      if (depth != null) {
        frame.depth = Math.max(frame.depth, depth + 1);
      } else {
        enter(callee);
      }
    }
  }

  private void enter(String function) throws ModelException {
    if (!entered.add(function)) {
      List<String> path = new ArrayList<>(entered);
      path = path.subList(path.indexOf(function), path.size());
      throw refused("function '" + function + "' calls itself: ", path, function);
    }
    stack.addLast(new Frame(function, calls(nodes(function))));
    if (stack.size() > DEEPEST) {
      throw tooDeep(new ArrayList<>(entered));
    }
  }

  private void leave(Frame frame) throws ModelException {
    stack.removeLast();
    entered.remove(frame.function);
    depths.put(frame.function, frame.depth);
    String what = "function '" + frame.function + "'";
    expanded.put(frame.function, expand(what, nodes(frame.function), frame.calls));
    if (frame.depth > DEEPEST) {
      throw tooDeep(List.of(frame.function));
    }
    if (!stack.isEmpty()) {
      stack.getLast().depth = Math.max(stack.getLast().depth, frame.depth + 1);
    }
  }

  /** The nodes, with those of the functions that they call, whose own are known. */
  private long expand(String what, List<NodeDef> nodes, Map<String, Integer> calls)
      throws ModelException {
    long sum = nodes.size();
    for (Map.Entry<String, Integer> call : calls.entrySet()) {
      sum += call.getValue() * expanded.getOrDefault(call.getKey(), 0L);
    }
    if (sum > GraphStructure.MOST_NODES) {
      throw new ModelException(
          ModelReason.TOO_LARGE,
          file
              + ": "
              + what
              + " has "
              + sum
              + " nodes with those of the functions that it calls, at each of their calls: expected"
              + " at most "
              + GraphStructure.MOST_NODES);
    }
    return sum;
  }

  private List<NodeDef> nodes(String function) {
    FunctionDef definition = functions.get(function);
    return definition == null ? List.of() : definition.getNodeDefList();
  }

  /** How often nodes call each function. */
  private Map<String, Integer> calls(List<NodeDef> nodes) {
    Map<String, Integer> calls = new LinkedHashMap<>();
    for (NodeDef node : nodes) {
      for (ReachableOps.Callee callee : ReachableOps.callees(node)) {
        if (functions.containsKey(callee.name())) {
          calls.merge(callee.name(), 1, Integer::sum);
        }
      }
    }
    return calls;
  }

  private ModelException tooDeep(List<String> path) {
    return refused("functions are nested deeper than " + DEEPEST + " calls: ", path, "...");
  }

  private ModelException refused(String what, List<String> path, String end) {
    List<String> shown = path.subList(0, Math.min(NAMES_SHOWN, path.size()));
    String names = String.join(" -> ", shown) + (shown.size() < path.size() ? " -> ..." : "");
    return new ModelException(ModelReason.LOAD_FAILED, file + ": " + what + names + " -> " + end);
  }
}
