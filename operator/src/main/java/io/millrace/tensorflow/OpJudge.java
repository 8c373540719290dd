package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.tensorflow.ReachableOps.Callee;
import io.millrace.tensorflow.Reached.Site;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Judges by a policy the ops that a run reaches. */
final class OpJudge {
  /** Where the ops that take a file have its path among their inputs. */
  private static final Map<String, Integer> PATH_INPUTS =
      Map.of(
          "InitializeTableFromTextFile", 1,
          "InitializeTableFromTextFileV2", 1,
          "RestoreV2", 0,
          "ShardedFilename", 0,
          "ShardedFilespec", 0);

  private static final String CANDIDATES = "FixedUnigramCandidateSampler";
  private static final String VOCABULARY = "vocab_file";

  /** They make tensors of any type. */
  private static final Set<String> OF_BYTES =
      Set.of("ParseTensor", "DeserializeSparse", "DeserializeManySparse", "RestoreV2");

  /** The attributes that say of which. */
  private static final Set<String> TYPES = Set.of("dtype", "dtypes", "out_type");

  private static final int MOST_REFUSALS = 100;

  /** To be read behind "which". */
  private static final String FOLDING =
      "has but constants for inputs, so that TensorFlow may run it to find out a shape as soon as it reads the graph";

  private final ReachableOps ops;
  private final OpsPolicy policy;

  OpJudge(ReachableOps ops, OpsPolicy policy) {
    this.ops = ops;
    this.policy = policy;
  }

  /**
   * What a run reaches and must not.
   *
   * @param run what it is, to be read before {@code reaches}
   * @param roots the tensors that it fetches, or the nodes
   * @param paths the tensors that it is fed with paths of the model's own files, as {@code node:0}
   * @return up to a hundred refusals, and one more that says how many were left out
   * @throws ModelException TOO_LARGE if what all runs reach is too much to look at
   */
  List<Refusal> judge(String run, Collection<String> roots, Set<String> paths)
      throws ModelException {
    Reached reached = ops.reach(roots);
    PathSources sources = new PathSources(ops, reached, paths);
    Refusals refusals = new Refusals(run + " reaches");
    for (Site site : reached.sites()) {
      for (Callee callee : ReachableOps.callees(site.node())) {
        refusals.add(site, callee.name(), fault(site, callee, sources));
      }
    }
    return refusals.of(run);
  }

  /**
   * What TensorFlow may run as soon as it reads the graph, reached or not, and must not by any
   * policy that refuses ops.
   *
   * @return up to a hundred refusals, and one more that says how many were left out
   */
  List<Refusal> judgeReading(GraphDef graph) {
    // Most graphs have none, and are walked no further.
    boolean none =
        Stream.concat(
                graph.getNodeList().stream(),
                graph.getLibrary().getFunctionList().stream()
                    .flatMap(function -> function.getNodeDefList().stream()))
            .allMatch(node -> harm(node, node.getOp(), OpsPolicy.STANDARD) == null);
    if (none) {
      return List.of();
    }
    Refusals refusals = new Refusals(FOLDING);
    for (Site site : FoldedOps.of(graph)) {
      String op = site.node().getOp();
      refusals.add(site, op, harm(site.node(), op, OpsPolicy.STANDARD));
    }
    return refusals.of("reading the graph");
  }

  /** Of what may be many, the first hundred, and how many more. */
  private static final class Refusals {
    private final String how;
    private final List<Refusal> first = new ArrayList<>();
    private int others;

    Refusals(String how) {
      this.how = how;
    }

    /**
     * @param fault what is wrong with the op, null for nothing
     */
    void add(Site site, String op, @Nullable String fault) {
      if (fault == null) {
        return;
      }
      if (first.size() < MOST_REFUSALS) {
        first.add(refusal(how, site, op, fault));
      } else {
        others++;
      }
    }

    /**
     * @param run what they are all of
     */
    List<Refusal> of(String run) {
      List<Refusal> all = new ArrayList<>(first);
      if (others > 0) {
        all.add(Refusal.ofOthers(run, MOST_REFUSALS, others));
      }
      return all;
    }
  }

  /** What an op does that a policy refuses whatever its inputs are; null for nothing. */
  private static @Nullable String harm(NodeDef node, String op, OpsPolicy policy) {
    OpClass known = OpClasses.of(op);
    if (known != null && known.isRefusedBy(policy)) {
      return known.does();
    }
    return OF_BYTES.contains(op) && makesHandle(node)
        ? "may make of bytes a handle or another object of TensorFlow's own"
        : null;
  }

  private @Nullable String fault(Site site, Callee callee, PathSources sources) {
    OpClass known = OpClasses.of(callee.name());
    if (known == null) {
      return ops.function(callee.name()) == null ? "is not one of TensorFlow 2.18" : null;
    }
    String harm = harm(site.node(), callee.name(), policy);
    if (harm != null) {
      return harm;
    }
    if (known == OpClass.READS_GIVEN_FILE && !hasOwnFile(site, callee, sources)) {
      return known.does() + " that need not be one of the model's own";
    }
    return null;
  }

  // Where a function is called, its attributes may be whatever the caller says.
  private static boolean makesHandle(NodeDef node) {
    return TYPES.stream()
        .map(node.getAttrMap()::get)
        .filter(Objects::nonNull)
        .anyMatch(
            it ->
                it.getValueCase() == AttrValue.ValueCase.PLACEHOLDER
                    || isObject(it.getType())
                    || it.getList().getTypeList().stream().anyMatch(OpJudge::isObject));
  }

  private static boolean isObject(DataType type) {
    return switch (type) {
      case DT_RESOURCE, DT_VARIANT, DT_RESOURCE_REF, DT_VARIANT_REF -> true;
      default -> false;
    };
  }

  /** Whether an op that takes a path can get none but that of a file of the model. */
  private static boolean hasOwnFile(Site site, Callee callee, PathSources sources) {
    if (!"".equals(callee.by())) {
      return false;
    }
    if (callee.name().equals(CANDIDATES)) {
      AttrValue path = site.node().getAttrMap().get(VOCABULARY);
      // Of another kind is a placeholder: whoever calls the function says what stands there.
      return path == null
          || (path.getValueCase() == AttrValue.ValueCase.S && path.getS().isEmpty());
    }
    // SaveV2 has none that is right: what is loaded and scored writes nothing.
    Integer input = PATH_INPUTS.get(callee.name());
    return input != null && sources.isFed(site, input);
  }

  private static Refusal refusal(String how, Site site, String op, String fault) {
    String function = site.function();
    String node = site.node().getName();
    return new Refusal(
        ModelReason.OP_REFUSED,
        "op '"
            + op
            + "' (node '"
            + node
            + "'"
            + (function == null ? "" : " of function '" + function + "'")
            + "), which "
            + how
            + ", "
            + fault,
        op,
        node,
        function,
        1);
  }
}
