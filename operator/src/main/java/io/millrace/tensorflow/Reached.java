package io.millrace.tensorflow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.NodeDef;

/** What one run executes, and from where it calls each function. */
final class Reached {

  /**
   * A node that is executed.
   *
   * @param function whose body it is in, or null for the graph's own nodes
   */
  record Site(NodeDef node, @Nullable String function) {}

  /**
   * A call of a function.
   *
   * @param by what of the node names the function
   */
  record Call(Site site, ReachableOps.Callee by) {}

  private final List<Site> sites = new ArrayList<>();
  private final Map<String, List<Call>> calls = new HashMap<>();

  void add(Site site) {
    sites.add(site);
  }

  /** Notes a call; true if it is the function's first. */
  boolean add(Call call) {
    List<Call> known = calls.computeIfAbsent(call.by().name(), name -> new ArrayList<>());
    known.add(call);
    return known.size() == 1;
  }

  List<Site> sites() {
    return sites;
  }

  List<Call> calls(String function) {
    return calls.getOrDefault(function, List.of());
  }
}
