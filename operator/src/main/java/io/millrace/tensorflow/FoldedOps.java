package io.millrace.tensorflow;

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

/**
 * Ops that TensorFlow may run as soon as it reads a graph, whether or not anything reaches them:
 * where the shape of an op's output depends on the value of an input ({@code Reshape}), and this on
 * constants alone, it is computed (TensorFlow 2.18, shape_refiner.cc and eval_const_tensor.cc). Ops
 * with a state are not, nor are placeholders; what a shape says is a constant, and an argument of a
 * function counts as one, however the function is called.
 */
final class FoldedOps {
  private static final Set<String> KNOWN =
      Set.of("Const", "HostConst", "_Arg", "Shape", "ShapeN", "Size", "Rank");

  private final Map<Place, List<User>> users = new HashMap<>();
  private final Set<Place> constants = new HashSet<>();
  private final Deque<Place> open = new ArrayDeque<>();
  private final List<Site> folded = new ArrayList<>();

  /**
   * A node, or an argument of a function.
   *
   * @param function whose body it is in, or null for the graph's own nodes
   */
  private record Place(@Nullable String function, String name) {}

  /** A node, and how many of its inputs are not known to be constants. */
  private static final class User {
    final Site site;
    int unknown;

    User(Site site) {
      this.site = site;
    }
  }

  private FoldedOps(GraphDef graph) {
    graph.getNodeList().forEach(node -> add(new Site(node, null)));
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      String name = function.getSignature().getName();
      function.getSignature().getInputArgList().forEach(it -> constant(name, it.getName()));
      function.getNodeDefList().forEach(node -> add(new Site(node, name)));
    }
    while (!open.isEmpty()) {
      users.getOrDefault(open.remove(), List.of()).forEach(this::hasOneMore);
    }
  }

  /** Those of a graph, in no order. */
  static List<Site> of(GraphDef graph) {
    return new FoldedOps(graph).folded;
  }

  private void add(Site site) {
    NodeDef node = site.node();
    if (KNOWN.contains(node.getOp())) {
      constant(site.function(), node.getName());
    } else if (!OpClasses.isStateful(node.getOp()) && !node.getOp().startsWith("Placeholder")) {
      User user = new User(site);
      for (String input : node.getInputList()) {
        if (!input.startsWith("^")) {
          user.unknown++;
          users
              .computeIfAbsent(
                  new Place(site.function(), ReachableOps.nodeName(input)),
                  key -> new ArrayList<>())
              .add(user);
        }
      }
    }
  }

  private void constant(@Nullable String function, String name) {
    Place place = new Place(function, name);
    if (constants.add(place)) {
      open.add(place);
    }
  }

  private void hasOneMore(User user) {
    user.unknown--;
    if (user.unknown == 0) {
      constant(user.site.function(), user.site.node().getName());
      folded.add(user.site);
    }
  }
}
