package io.millrace.tensorflow;

import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SaverDef;

/**
 * What speaks against a model, found in its files alone: nothing of it is run, and TensorFlow's
 * native library is not loaded.
 *
 * <pre>{@code
 * ModelScan scan = ModelScan.of(Path.of("models/fraud/8"), null, OpsPolicy.STANDARD);
 * boolean accepted = scan.refusals("serving_default").isEmpty();
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param file {@code saved_model.pb} or {@code .pbtxt}, with its directory or where its bytes are
 *     from
 * @param policy by which the ops were judged
 * @param tags of the graph
 * @param defaultSignature the one that is run if none is named, or null if there is none
 * @param ofModel what speaks against all signatures: the graph itself, or what loading it runs
 * @param ofSignatures what speaks against each signature by itself, by key
 */
public record ModelScan(
    String file,
    OpsPolicy policy,
    List<String> tags,
    @Nullable String defaultSignature,
    List<Refusal> ofModel,
    SortedMap<String, List<Refusal>> ofSignatures) {
  private static final int SHOWN = 5;

  public ModelScan {
    tags = List.copyOf(tags);
    ofModel = List.copyOf(ofModel);
    ofSignatures = Collections.unmodifiableSortedMap(new TreeMap<>(ofSignatures));
  }

  /**
   * Scans a model.
   *
   * @param directory that of one version
   * @param tags the tag set of the graph, or null for {@code serve} if present, else the only one
   * @throws ModelException NOT_FOUND if there is no model, LOAD_FAILED or TOO_LARGE if it cannot be
   *     read, SIGNATURE_MISMATCH if it has no such tags
   */
  public static ModelScan of(Path directory, @Nullable List<String> tags, OpsPolicy policy)
      throws ModelException {
    return of(new ModelContent.Folder(directory), tags, policy);
  }

  /** The same, for files that may be in memory. */
  public static ModelScan of(ModelContent content, @Nullable List<String> tags, OpsPolicy policy)
      throws ModelException {
    return ofGraph(content, SavedModelFile.choose(SavedModelFile.read(content), tags), policy);
  }

  static ModelScan ofGraph(ModelContent content, MetaGraphDef metaGraph, OpsPolicy policy)
      throws ModelException {
    String file = content.name(SavedModelFile.locate(content));
    SignatureTable table = new SignatureTable(metaGraph);
    List<Refusal> ofModel = new ArrayList<>();
    SortedMap<String, List<Refusal>> ofSignatures = new TreeMap<>();
    table.keys().forEach(key -> ofSignatures.put(key, List.of()));
    try {
      Set<String> assets = Initialisers.assets(content.name("assets"), metaGraph).keySet();
      GraphStructure.verify(file, metaGraph);
      OpJudge judge = new OpJudge(new ReachableOps(file, metaGraph.getGraphDef()), policy);
      if (policy != OpsPolicy.OFF) {
        ofModel.addAll(judge.judgeReading(metaGraph.getGraphDef()));
        ofModel.addAll(ofLoading(metaGraph, tensors(assets), judge));
      }
      for (String key : table.keys()) {
        ofSignatures.put(key, ofSignature(table, key, judge, policy));
      }
    } catch (ModelException e) {
      ofModel.add(Refusal.of(e.reason(), e.getMessage()));
    }
    return new ModelScan(
        file, policy, SavedModelFile.tags(metaGraph), defaultKey(table), ofModel, ofSignatures);
  }

  private static Set<String> tensors(Set<String> references) {
    return references.stream().map(PathSources::tensorName).collect(Collectors.toSet());
  }

  /**
   * What TensorFlow's loader runs, and what it feeds: the paths of assets, to a restore its own.
   */
  private static List<Refusal> ofLoading(MetaGraphDef metaGraph, Set<String> assets, OpJudge judge)
      throws ModelException {
    SaverDef saver = metaGraph.getSaverDef();
    Set<String> checkpoint = new HashSet<>(assets);
    checkpoint.add(PathSources.tensorName(saver.getFilenameTensorName()));
    List<Refusal> refusals =
        new ArrayList<>(judge.judge("the restore", List.of(saver.getRestoreOpName()), checkpoint));
    List<String> initialisers = new ArrayList<>(Initialisers.ofLoader(metaGraph));
    initialisers.addAll(Initialisers.leftToUs(metaGraph));
    refusals.addAll(judge.judge("the initialiser", initialisers, assets));
    return refusals;
  }

  /** Calls are fed with records, never with a path. */
  private static List<Refusal> ofSignature(
      SignatureTable table, String key, OpJudge judge, OpsPolicy policy) throws ModelException {
    BoundSignature bound;
    try {
      bound = table.get(key);
    } catch (ModelException e) {
      return List.of(Refusal.of(e.reason(), e.getMessage()));
    }
    return policy == OpsPolicy.OFF
        ? List.of()
        : judge.judge("signature '" + key + "'", bound.outputTensors(), Set.of());
  }

  private static @Nullable String defaultKey(SignatureTable table) {
    try {
      return SignatureTable.choose(null, table.keys());
    } catch (ModelException e) {
      return null;
    }
  }

  /**
   * All that speaks against a signature.
   *
   * @throws ModelException SIGNATURE_MISMATCH if there is no such signature, listing the others
   */
  public List<Refusal> refusals(String signature) throws ModelException {
    List<Refusal> all = new ArrayList<>(ofModel);
    String known = SignatureTable.choose(signature, List.copyOf(ofSignatures.keySet()));
    all.addAll(ofSignatures.getOrDefault(known, List.of()));
    return all;
  }

  /** Whether nothing speaks against the default signature, or one at least if there is none. */
  public boolean isAccepted() {
    if (!ofModel.isEmpty()) {
      return false;
    }
    return defaultSignature != null
        ? ofSignatures.getOrDefault(defaultSignature, List.of()).isEmpty()
        : ofSignatures.values().stream().anyMatch(List::isEmpty);
  }

  /**
   * Throws what speaks against a load for this signature. One that is not there, or cannot be
   * called, is left to whoever asks the loaded model for it.
   *
   * @param signature a key, or null for the default one; if there is none, for any
   * @throws ModelException with the first refusal's reason
   */
  void require(@Nullable String signature) throws ModelException {
    if (!ofModel.isEmpty()) {
      throw refused(ofModel);
    }
    String chosen = signature == null ? defaultSignature : signature;
    if (chosen != null) {
      requireOps(chosen);
    } else if (ofSignatures.values().stream().noneMatch(List::isEmpty)) {
      for (String key : ofSignatures.keySet()) {
        requireOps(key);
      }
    }
  }

  /** Throws OP_REFUSED if a call of this signature reaches what the policy refuses. */
  void requireOps(String signature) throws ModelException {
    List<Refusal> refusals =
        ofSignatures.getOrDefault(signature, List.of()).stream()
            .filter(it -> it.reason() == ModelReason.OP_REFUSED)
            .toList();
    if (!refusals.isEmpty()) {
      throw refused(refusals);
    }
  }

  /** One line about what is refused: what it is, and by which policy if by one. */
  public String describe(List<Refusal> refusals) {
    String messages =
        refusals.stream().limit(SHOWN).map(Refusal::message).collect(Collectors.joining("; "));
    int others = refusals.stream().skip(SHOWN).mapToInt(Refusal::count).sum();
    String more = others > 0 ? "; and " + others + " more" : "";
    return refusals.get(0).reason() == ModelReason.OP_REFUSED
        ? file + " is refused by ops-policy " + policyName() + ": " + messages + more
        : messages + more;
  }

  /** As options spell it. */
  public String policyName() {
    return policy.name().toLowerCase(Locale.ROOT);
  }

  private ModelException refused(List<Refusal> refusals) {
    return new ModelException(refusals.get(0).reason(), describe(refusals));
  }
}
