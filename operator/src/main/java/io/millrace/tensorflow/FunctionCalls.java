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
 * functions, and a graph, of too many nodes or too large constants as well once TensorFlow has put
 * the bodies of functions in the place of their calls: in a row of functions that call the next one
 * twice, each doubles them.
 *
 * <p>Functions of one interface count as one, as large as the largest of them: TensorFlow's
 * optimiser may put any of them in the place of the one that is called.
 */
final class FunctionCalls {
  /** How deep calls may be nested; models of Keras come to about ten. */
  static final int DEEPEST = 200;

  /**
   * How often what constants bring along in the file may be in memory: a function that has some is
   * called by each signature of a model, and by layers that share them.
   */
  static final int MOST_COPIES = 16;

  private static final int NAMES_SHOWN = 10;

  private final String file;
  private final long mostConstantBytes;

  /** The first function of an interface, by the name of each; itself if it has no interface. */
  private final Map<String, String> firsts = new HashMap<>();

  /** By the name of the first of them. */
  private final Map<String, List<FunctionDef>> implementations = new LinkedHashMap<>();

  // Everything below by the name of the first of an interface.
  private final Map<String, Integer> depths = new HashMap<>();
  private final Map<String, Expansion> expansions = new HashMap<>();
  private final Deque<Frame> stack = new ArrayDeque<>();
  private final Set<String> entered = new LinkedHashSet<>();

  private FunctionCalls(String file, FunctionDefLibrary library, long broughtBytes) {
    this.file = file;
    this.mostConstantBytes = MOST_COPIES * broughtBytes + Constants.MOST_FILLED_BYTES;
    Map<String, String> interfaces = new HashMap<>();
    for (FunctionDef function : library.getFunctionList()) {
      String name = function.getSignature().getName();
      String shared = ReachableOps.interfaceOf(function);
      String first = shared.isEmpty() ? name : interfaces.computeIfAbsent(shared, key -> name);
      firsts.put(name, first);
      implementations.computeIfAbsent(first, key -> new ArrayList<>()).add(function);
    }
  }

  /** A function, with those of its interface, whose callees are being looked at. */
  private static final class Frame {
    final String function;
    final Iterator<String> callees;
    int depth = 1;

    Frame(String function, Set<String> callees) {
      this.function = function;
      this.callees = callees.iterator();
    }
  }

  /**
   * @param broughtBytes what all constants bring along in the file
   * @throws ModelException LOAD_FAILED naming the functions; TOO_LARGE for more nodes than a graph
   *     may have, or larger constants
   */
  static void verify(String file, GraphDef graph, long broughtBytes) throws ModelException {
    FunctionCalls calls = new FunctionCalls(file, graph.getLibrary(), broughtBytes);
    for (String function : calls.implementations.keySet()) {
      if (!calls.depths.containsKey(function)) {
        calls.visit(function);
      }
    }
    calls.expand("the graph", graph.getNodeList());
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
      boolean alone = implementations.getOrDefault(function, List.of()).size() == 1;
      String what = "function '" + function + "'" + (alone ? "" : ", or one of its interface,");
      throw refused(what + " calls itself: ", path, function);
    }
    Set<String> callees = new LinkedHashSet<>();
    for (FunctionDef implementation : implementations.getOrDefault(function, List.of())) {
      implementation.getNodeDefList().forEach(node -> callees.addAll(callees(node)));
    }
    stack.addLast(new Frame(function, callees));
    if (stack.size() > DEEPEST) {
      throw tooDeep(new ArrayList<>(entered));
    }
  }

  private void leave(Frame frame) throws ModelException {
    stack.removeLast();
    entered.remove(frame.function);
    depths.put(frame.function, frame.depth);
    Expansion largest = Expansion.NONE;
    for (FunctionDef function : implementations.getOrDefault(frame.function, List.of())) {
      String what = "function '" + function.getSignature().getName() + "'";
      largest = largest.max(expand(what, function.getNodeDefList()));
    }
    expansions.put(frame.function, largest);
    if (frame.depth > DEEPEST) {
      throw tooDeep(List.of(frame.function));
    }
    if (!stack.isEmpty()) {
      stack.getLast().depth = Math.max(stack.getLast().depth, frame.depth + 1);
    }
  }

  /** The nodes, with those of the functions that they call, whose own are known. */
  private Expansion expand(String what, List<NodeDef> nodes) throws ModelException {
    Expansion sum = Expansion.NONE;
    for (NodeDef node : nodes) {
      Expansion called = Expansion.NONE;
      for (String callee : callees(node)) {
        called = called.plus(expansions.getOrDefault(callee, Expansion.NONE));
      }
      // Any node of a function may have a constant of a tensor that the function is given.
      long bytes = Expansion.multiply(called.nodes() + 1, Constants.bytes(node));
      sum = sum.plus(called).plus(new Expansion(1, bytes));
    }
    if (sum.nodes() > GraphStructure.MOST_NODES) {
      throw tooLarge(what, sum.nodes() + " nodes", "" + GraphStructure.MOST_NODES);
    }
    if (sum.constantBytes() > mostConstantBytes) {
      throw tooLarge(
          what, "constants of " + sum.constantBytes() + " bytes", "" + mostConstantBytes);
    }
    return sum;
  }

  /** What a node calls, as often as it does. */
  private List<String> callees(NodeDef node) {
    List<String> callees = new ArrayList<>();
    for (ReachableOps.Callee callee : ReachableOps.callees(node)) {
      String first = firsts.get(callee.name());
      if (first != null) {
        callees.add(first);
      }
    }
    return callees;
  }

  private ModelException tooLarge(String what, String has, String most) {
    String counted = " with those of the functions that it calls, at each of their calls";
    return new ModelException(
        ModelReason.TOO_LARGE,
        file + ": " + what + " has " + has + counted + ": expected at most " + most);
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
