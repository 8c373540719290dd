package io.millrace.tensorflow;

import io.millrace.tensorflow.ReachableOps.Callee;
import io.millrace.tensorflow.Reached.Call;
import io.millrace.tensorflow.Reached.Site;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Finds out where a path comes from: back along the data input, through Identity and through the
 * arguments of functions at every place that calls them. Anything else on the way, and the origin
 * is unknown.
 */
final class PathSources {
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");
  private static final Set<String> CONDITIONALS =
      Set.of("If", "StatelessIf", "Case", "StatelessCase");
  private static final Set<String> BRANCHES = Set.of("then_branch", "else_branch", "branches");
  private static final int NONE = -1;

  private final ReachableOps ops;
  private final Reached reached;
  private final Set<String> fed;
  private final Set<Source> known = new HashSet<>();
  private final Set<Source> unknown = new HashSet<>();
  private final Map<String, Map<String, NodeDef>> bodies = new HashMap<>();
  private final Map<String, Map<String, Integer>> arguments = new HashMap<>();

  /**
   * @param fed the tensors of the graph that the run is fed with paths that are allowed, as {@code
   *     node:0}
   */
  PathSources(ReachableOps ops, Reached reached, Set<String> fed) {
    this.ops = ops;
    this.reached = reached;
    this.fed = fed;
  }

  /** A tensor as the graph, or the body of a function, refers to it. */
  private record Source(@Nullable String function, String reference) {}

  /** Whether a data input of a node can get nothing but what the run is fed. */
  boolean isFed(Site site, int input) {
    Source first = input(site, input);
    if (first == null) {
      return false;
    }
    Deque<Source> open = new ArrayDeque<>(List.of(first));
    Map<Source, Source> users = new HashMap<>(Map.of(first, first));
    while (!open.isEmpty()) {
      Source source = open.remove();
      List<Source> origins = new ArrayList<>();
      if (unknown.contains(source) || (!known.contains(source) && !follow(source, origins))) {
        forget(source, users);
        return false;
      }
      for (Source origin : origins) {
        if (users.putIfAbsent(origin, source) == null) {
          open.add(origin);
        }
      }
    }
    known.addAll(users.keySet());
    return true;
  }

  /**
   * Notes a source as unknown, and those on the way to it: else each is followed all over again.
   */
  private void forget(Source source, Map<Source, Source> users) {
    for (Source next = source; next != null && unknown.add(next); ) {
      next = users.get(next);
    }
  }

  /** Adds where a tensor comes from; false if that is unknown. */
  private boolean follow(Source source, List<Source> open) {
    String in = source.function();
    if (in == null) {
      if (fed.contains(tensorName(source.reference()))) {
        return true;
      }
      NodeDef node = ops.node(ReachableOps.nodeName(source.reference()));
      return throughVariable(node, open) || throughIdentity(node, null, open);
    }
    FunctionDef function = ops.function(in);
    if (function == null) {
      return false;
    }
    String name = ReachableOps.nodeName(source.reference());
    NodeDef node = body(in, function).get(name);
    int argument = argument(function, name);
    if (node != null) {
      return argument == NONE && throughIdentity(node, in, open);
    }
    return argument != NONE && throughCalls(in, argument, open);
  }

  /** TensorFlow 2 exported assets as variables that the initialiser assigns. */
  private boolean throughVariable(@Nullable NodeDef node, List<Source> open) {
    if (node == null || !node.getOp().equals("ReadVariableOp")) {
      return false;
    }
    Source handle = input(new Site(node, null), 0);
    List<String> values =
        handle == null ? null : ops.assigned(ReachableOps.nodeName(handle.reference()));
    if (values == null) {
      return false;
    }
    values.forEach(value -> open.add(new Source(null, value)));
    return true;
  }

  private static boolean throughIdentity(
      @Nullable NodeDef node, @Nullable String function, List<Source> open) {
    if (node == null || !node.getOp().equals("Identity")) {
      return false;
    }
    return add(input(new Site(node, function), 0), open);
  }

  private boolean throughCalls(String function, int argument, List<Source> open) {
    List<Call> calls = reached.calls(function);
    for (Call call : calls) {
      int input = callerInput(call, argument);
      if (input == NONE || !add(input(call.site(), input), open)) {
        return false;
      }
    }
    return !calls.isEmpty();
  }

  private static boolean add(@Nullable Source source, List<Source> open) {
    return source != null && open.add(source);
  }

  private static @Nullable Source input(Site site, int input) {
    if (input >= site.node().getInputCount() || site.node().getInput(input).startsWith("^")) {
      return null;
    }
    return new Source(site.function(), site.node().getInput(input));
  }

  /** Which input of the calling node becomes this argument. */
  private static int callerInput(Call call, int argument) {
    Callee callee = call.by();
    String op = call.site().node().getOp();
    if ("".equals(callee.by()) || (CALLS.contains(op) && "f".equals(callee.by()))) {
      return argument;
    }
    boolean branch = callee.by() != null && BRANCHES.contains(callee.by());
    return CONDITIONALS.contains(op) && branch ? argument + 1 : NONE;
  }

  private int argument(FunctionDef function, String name) {
    return arguments
        .computeIfAbsent(function.getSignature().getName(), key -> arguments(function))
        .getOrDefault(name, NONE);
  }

  private static Map<String, Integer> arguments(FunctionDef function) {
    Map<String, Integer> places = new HashMap<>();
    int place = 0;
    for (OpDef.ArgDef argument : function.getSignature().getInputArgList()) {
      // A list takes a number of inputs that is not known here.
      if (!argument.getNumberAttr().isEmpty() || !argument.getTypeListAttr().isEmpty()) {
        break;
      }
      places.putIfAbsent(argument.getName(), place++);
    }
    return places;
  }

  private Map<String, NodeDef> body(String name, FunctionDef function) {
    return bodies.computeIfAbsent(
        name,
        key -> {
          Map<String, NodeDef> nodes = new HashMap<>();
          function.getNodeDefList().forEach(node -> nodes.put(node.getName(), node));
          return nodes;
        });
  }

  /** {@code node:0} for {@code node}. */
  static String tensorName(String reference) {
    return reference.indexOf(':') < 0 ? reference + ":0" : reference;
  }
}
