package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensorflow.Reached.Call;
import io.millrace.tensorflow.Reached.Site;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * The ops that a call executes: a walk from the fetched tensors along data and control inputs and
 * into function bodies. A function body counts as a whole, and so does what TensorFlow may put in
 * its place: its gradient, and every function that implements the same interface.
 */
final class ReachableOps {
  // The optimiser swaps functions whose attribute of this name is the same (Keras has a form of an
  // LSTM for each device).
  private static final String INTERFACE = "api_implements";

  /**
   * Inputs and calls that all walks together may follow: each signature's goes over the graph anew.
   * Some seconds of work; ten signatures over the largest known graph.
   */
  static final int MOST_STEPS = 10_000_000;

  /**
   * A function, or an op, that a node calls.
   *
   * @param by the attribute that names it; empty where the node's op does; null where it is named
   *     at one remove, so that nothing is known of its arguments
   */
  record Callee(String name, @Nullable String by) {}

  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, List<String>> implementations = new HashMap<>();
  private final Map<String, List<String>> gradients = new HashMap<>();

  /** Made when it is first asked for: few models have paths in variables. */
  private @Nullable VariableAssignments assignments;

  private final String file;
  private int steps;

  /**
   * @param file of the graph, as messages name it
   */
  ReachableOps(String file, GraphDef graph) {
    this.file = file;
    for (NodeDef node : graph.getNodeList()) {
      nodes.put(node.getName(), node);
    }
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      String name = function.getSignature().getName();
      functions.put(name, function);
      implementations.computeIfAbsent(interfaceOf(function), key -> new ArrayList<>()).add(name);
    }
    for (GradientDef gradient : graph.getLibrary().getGradientList()) {
      gradients
          .computeIfAbsent(gradient.getFunctionName(), key -> new ArrayList<>())
          .add(gradient.getGradientFunc());
    }
  }

  /** What other functions may be swapped for this one; empty if none is. */
  static String interfaceOf(FunctionDef function) {
    AttrValue value = function.getAttrMap().get(INTERFACE);
    return value == null ? "" : value.getS().toStringUtf8();
  }

  /**
   * How often each op occurs in what these tensors or nodes reach; a name that is not in the graph
   * reaches nothing.
   *
   * @throws ModelException TOO_LARGE if this walk and those before it are too long together
   */
  TreeMap<String, Integer> from(Collection<String> references) throws ModelException {
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (Site site : reach(references).sites()) {
      String op = site.node().getOp();
      if (!functions.containsKey(op)) {
        counts.merge(op, 1, Integer::sum);
      }
    }
    return counts;
  }

  /**
   * What these tensors or nodes reach; a name that is not in the graph reaches nothing.
   *
   * @throws ModelException TOO_LARGE if this walk and those before it are too long together
   */
  Reached reach(Collection<String> references) throws ModelException {
    Walk walk = new Walk();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    for (String reference : references) {
      open.add(nodeName(reference));
    }
    while (!open.isEmpty()) {
      step();
      NodeDef node = nodes.get(open.remove());
      if (node == null || !seen.add(node.getName())) {
        continue;
      }
      walk.execute(new Site(node, null));
      for (String input : node.getInputList()) {
        open.add(nodeName(input));
      }
    }
    return walk.reached;
  }

  private void step() throws ModelException {
    steps++;
    if (steps > MOST_STEPS) {
      throw new ModelException(
          ModelReason.TOO_LARGE,
          file
              + ": what its signatures reach, each by itself, comes to more than "
              + MOST_STEPS
              + " inputs and calls");
    }
  }

  /** One walk. Its loops stand where recursion would, for whose depth a graph could choose. */
  private final class Walk {
    final Reached reached = new Reached();
    private final Set<String> interfaces = new HashSet<>(Set.of(""));
    private final Deque<Site> open = new ArrayDeque<>();

    /** Adds a node, and the nodes of the functions that it calls. */
    void execute(Site first) throws ModelException {
      open.add(first);
      while (!open.isEmpty()) {
        Site site = open.remove();
        reached.add(site);
        Deque<Callee> callees = new ArrayDeque<>(callees(site.node()));
        while (!callees.isEmpty()) {
          step();
          callees.addAll(call(site, callees.remove()));
        }
      }
    }

    /** Enters a function, unless it was entered before, and returns what may stand in for it. */
    private List<Callee> call(Site site, Callee callee) {
      FunctionDef function = functions.get(callee.name());
      if (function == null || !reached.add(new Call(site, callee))) {
        return List.of();
      }
      for (NodeDef node : function.getNodeDefList()) {
        open.add(new Site(node, callee.name()));
      }
      List<String> others = new ArrayList<>(gradients.getOrDefault(callee.name(), List.of()));
      String shared = interfaceOf(function);
      if (interfaces.add(shared)) {
        others.addAll(implementations.getOrDefault(shared, List.of()));
        others.remove(callee.name());
      }
      return others.stream().map(name -> new Callee(name, null)).toList();
    }
  }

  /** What a node calls: its op, and whatever its attributes name. */
  static List<Callee> callees(NodeDef node) {
    List<Callee> callees = new ArrayList<>();
    callees.add(new Callee(node.getOp(), ""));
    for (Map.Entry<String, AttrValue> attribute : node.getAttrMap().entrySet()) {
      collect(attribute.getValue(), attribute.getKey(), callees);
    }
    return callees;
  }

  private static void collect(AttrValue value, @Nullable String by, List<Callee> callees) {
    if (value.hasFunc()) {
      collect(value.getFunc(), by, callees);
    }
    if (value.hasList()) {
      value.getList().getFuncList().forEach(it -> collect(it, by, callees));
    }
  }

  // Attributes of a function may name functions in turn, for nodes in its body. Protobuf does not
  // read messages that are nested deeply.
  private static void collect(NameAttrList function, @Nullable String by, List<Callee> callees) {
    if (!function.getName().isEmpty()) {
      callees.add(new Callee(function.getName(), by));
    }
    function.getAttrMap().values().forEach(it -> collect(it, null, callees));
  }

  /** The tensors that a variable of the graph is assigned, or null if it may get others. */
  @Nullable List<String> assigned(String variable) {
    if (assignments == null) {
      assignments = new VariableAssignments(nodes.values(), functions.values());
    }
    return assignments.of(variable);
  }

  @Nullable NodeDef node(String name) {
    return nodes.get(name);
  }

  @Nullable FunctionDef function(String name) {
    return functions.get(name);
  }

  /** {@code node} of {@code node}, {@code node:1} and {@code ^node}. */
  static String nodeName(String reference) {
    int start = reference.startsWith("^") ? 1 : 0;
    int colon = reference.indexOf(':');
    return reference.substring(start, colon < 0 ? reference.length() : colon);
  }
}
