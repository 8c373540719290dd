package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.NodeDef;

/**
 * Refuses functions that call themselves, directly or not, and functions that are nested too
 * deeply: TensorFlow follows calls by recursion, until the stack of the process is used up.
 */
final class FunctionCalls {
  /** How deep calls may be nested; models of Keras come to about ten. */
  static final int DEEPEST = 200;

  private static final int NAMES_SHOWN = 10;

  private final String file;
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, Integer> depths = new HashMap<>();
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
    final Iterator<String> callees;
    int depth = 1;

    Frame(String function, Iterator<String> callees) {
      this.function = function;
      this.callees = callees;
    }
  }

  /**
   * @throws ModelException LOAD_FAILED naming the functions
   */
  static void verify(String file, FunctionDefLibrary library) throws ModelException {
    FunctionCalls calls = new FunctionCalls(file, library);
    for (String function : calls.functions.keySet()) {
      if (!calls.depths.containsKey(function)) {
        calls.visit(function);
      }
    }
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
    stack.addLast(new Frame(function, callees(function).iterator()));
    if (stack.size() > DEEPEST) {
      throw refused(
          "functions are nested deeper than " + DEEPEST + " calls: ",
          new ArrayList<>(entered),
          "...");
    }
  }

  private void leave(Frame frame) throws ModelException {
    stack.removeLast();
    entered.remove(frame.function);
    depths.put(frame.function, frame.depth);
    if (frame.depth > DEEPEST) {
      throw refused(
          "functions are nested deeper than " + DEEPEST + " calls: ",
          List.of(frame.function),
          "...");
    }
    if (!stack.isEmpty()) {
      stack.getLast().depth = Math.max(stack.getLast().depth, frame.depth + 1);
    }
  }

  private Set<String> callees(String function) {
    Set<String> callees = new LinkedHashSet<>();
    FunctionDef definition = functions.get(function);
    for (NodeDef node : definition == null ? List.<NodeDef>of() : definition.getNodeDefList()) {
      for (ReachableOps.Callee callee : ReachableOps.callees(node)) {
        if (functions.containsKey(callee.name())) {
          callees.add(callee.name());
        }
      }
    }
    return callees;
  }

  private ModelException refused(String what, List<String> path, String end) {
    List<String> shown = path.subList(0, Math.min(NAMES_SHOWN, path.size()));
    String names = String.join(" -> ", shown) + (shown.size() < path.size() ? " -> ..." : "");
    return new ModelException(ModelReason.LOAD_FAILED, file + ": " + what + names + " -> " + end);
  }
}
