package io.millrace.tensorflow;

import io.millrace.tensorflow.ReachableOps.Callee;
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
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Harmful ops that TensorFlow may run as soon as it reads a graph, whether or not anything reaches
 * them: where the shape of an op's output depends on the value of an input ({@code Reshape}), and
 * this on constants alone, it is computed (TensorFlow 2.18, shape_refiner.cc and
 * eval_const_tensor.cc). Ops with a state are not, nor are placeholders; arguments of a function
 * are constants where a call hands it one.
 */
final class FoldedOps {
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");
  private static final String CALLED = "f";

  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<Place, List<Input>> uses = new HashMap<>();
  private final Set<Place> constants = new HashSet<>();
  private final Deque<Place> open = new ArrayDeque<>();
  private final List<Site> harmful = new ArrayList<>();

  /**
   * A node, or an argument of a function.
   *
   * @param function whose body it is in, or null for the graph's own nodes
   */
  private record Place(@Nullable String function, String name) {}

  /** One of a node's inputs that is not known to be a constant yet. */
  private record Input(User user, int index) {}

  private static final class User {
    final Site site;
    int unknown;

    User(Site site, int unknown) {
      this.site = site;
      this.unknown = unknown;
    }
  }

  private FoldedOps(GraphDef graph) {
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      functions.put(function.getSignature().getName(), function);
    }
    graph.getNodeList().forEach(node -> add(new Site(node, null)));
    functions.forEach(
        (name, function) -> function.getNodeDefList().forEach(node -> add(new Site(node, name))));
    while (!open.isEmpty()) {
      for (Input input : uses.getOrDefault(open.remove(), List.of())) {
        becomesConstant(input);
      }
    }
  }

  /** Those of a graph, in no order. */
  static List<Site> harmful(GraphDef graph) {
    return new FoldedOps(graph).harmful;
  }

  private void add(Site site) {
    NodeDef node = site.node();
    if (node.getOp().equals("Const")) {
      constant(new Place(site.function(), node.getName()));
      return;
    }
    User user = new User(site, 0);
    for (String input : node.getInputList()) {
      if (!input.startsWith("^")) {
        uses.computeIfAbsent(
                new Place(site.function(), ReachableOps.nodeName(input)), key -> new ArrayList<>())
            .add(new Input(user, user.unknown++));
      }
    }
  }

  private void constant(Place place) {
    if (constants.add(place)) {
      open.add(place);
    }
  }

  private void becomesConstant(Input input) {
    Site site = input.user().site;
    NodeDef node = site.node();
    for (Callee callee : ReachableOps.callees(node)) {
      FunctionDef function = functions.get(callee.name());
      boolean entered =
          "".equals(callee.by()) || CALLED.equals(callee.by()) && CALLS.contains(node.getOp());
      if (function != null && entered) {
        handOver(function, input.index());
      }
    }
    input.user().unknown--;
    if (input.user().unknown == 0 && !node.getOp().startsWith("Placeholder")) {
      constant(new Place(site.function(), node.getName()));
      if (OpClasses.isHarmfulAndStateless(node.getOp())) {
        harmful.add(site);
      }
    }
  }

  private void handOver(FunctionDef function, int index) {
    OpDef signature = function.getSignature();
    List<OpDef.ArgDef> arguments = signature.getInputArgList();
    boolean lists =
        arguments.stream()
            .anyMatch(it -> !it.getNumberAttr().isEmpty() || !it.getTypeListAttr().isEmpty());
    for (int i = 0; i < arguments.size(); i++) {
      if (i == index || lists) {
        constant(new Place(signature.getName(), arguments.get(i).getName()));
      }
    }
  }
}
