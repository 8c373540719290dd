package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.model.LoadOptions;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.testing.models.HostileModels;
import io.millrace.testing.models.HostileModels.Place;
import io.millrace.testing.models.Node;
import io.millrace.testing.models.SavedModelWriter;
import io.millrace.testing.models.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.OpDef;

/**
 * A hand-made model for every op that is refused. Their nodes have no more than a name: that a
 * refused one does nothing is shown by those of {@link MaliciousModelsITCase}, which could.
 */
class RefusedOpsITCase {
  private static final Path CLASSES =
      Path.of(System.getProperty("millrace.models", "../../shared/models"))
          .resolveSibling("facts/op-classes.tsv");

  private static final Set<String> CHANGING =
      Set.of("InplaceUpdate", "InplaceAdd", "InplaceSub", "_ParallelConcatUpdate");
  private static final String INTERNAL =
      "_.*|.*CSRSparse.*|SparseMatrix.*|UncompressElement|HostConst";

  @TempDir private Path directory;

  @Test
  void classes_areThoseOfEveryOpThatTensorFlowHas() {
    assertThat(new TreeSet<>(OpClasses.all().keySet()))
        .isEqualTo(
            TensorFlow.registeredOpList().getOpList().stream()
                .map(OpDef::getName)
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void stateful_areThoseThatTensorFlowSaysAre() {
    Set<String> ours =
        OpClasses.all().keySet().stream().filter(OpClasses::isStateful).collect(Collectors.toSet());
    Set<String> found =
        TensorFlow.registeredOpList().getOpList().stream()
            .filter(OpDef::getIsStateful)
            .map(OpDef::getName)
            .collect(Collectors.toSet());
    assertThat(ours).isEqualTo(found);
  }

  @Test
  void classes_areThoseThatWereFound() throws IOException {
    assumeTrue(Files.exists(CLASSES), CLASSES + " is absent");
    Map<String, String> found = new TreeMap<>();
    for (String line : Files.readAllLines(CLASSES).subList(1, OpClasses.all().size() + 1)) {
      String[] columns = line.split("\t");
      found.put(columns[0], columns[1].replace("allow-candidate", "allowed"));
    }
    Map<String, String> ours = new TreeMap<>();
    OpClasses.all().forEach((op, known) -> ours.put(op, known.id()));
    // Ops that take C++ objects for tensors, or change a tensor that others have: found later.
    found.replaceAll(
        (op, id) ->
            !id.equals(OpClass.ALLOWED.id())
                ? id
                : CHANGING.contains(op)
                    ? OpClass.BLOCKS.id()
                    : op.matches(INTERNAL) ? OpClass.RUNS_HIDDEN_CODE.id() : id);
    assertThat(ours).isEqualTo(found);
  }

  @Test
  void refusedOp_reachedFromAnywhere_isNamedWithItsNodeAndThePolicy() throws Exception {
    List<String> refused = refusedBy(OpsPolicy.STANDARD);
    assertThat(refused).hasSize(375 + 171);
    int models = 0;
    for (String op : refused) {
      for (Place place : Place.values()) {
        assertRefused(HostileModels.reaching(directory, op, place), op, place, OpsPolicy.STANDARD);
        models++;
      }
    }
    System.out.println("hand-made models refused: " + models + " for " + refused.size() + " ops");
  }

  @Test
  void bytesThatBecomeAnObjectOfTensorFlows_areRefused() throws Exception {
    for (DataType type : List.of(DataType.DT_RESOURCE, DataType.DT_VARIANT)) {
      assertThat(ModelScan.of(parsing(type), null, OpsPolicy.STANDARD).refusals("serving_default"))
          .singleElement()
          .satisfies(it -> assertThat(it.message()).contains("op 'ParseTensor'", "handle"));
    }
    assertThat(ModelScan.of(parsing(DataType.DT_FLOAT), null, OpsPolicy.STRICT).isAccepted())
        .isTrue();
  }

  /** Reading the graph would make the object. */
  @Test
  void bytesThatBecomeAnObject_areRefusedAlsoWhereNothingReachesThem() throws Exception {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DataType.DT_STRING);
    Node y = model.node("Identity", "y").input(x).attr("T", DataType.DT_STRING);
    model
        .signature("serving_default")
        .input("x", x, DataType.DT_STRING)
        .output("y", y, DataType.DT_STRING);
    Node bytes = model.constant("bytes", Tensors.string("any"));
    model
        .node("ParseTensor", HostileModels.NODE)
        .input(bytes)
        .attr("out_type", DataType.DT_VARIANT);

    assertThat(ModelScan.of(model.write(directory), null, OpsPolicy.STANDARD).ofModel())
        .singleElement()
        .satisfies(it -> assertThat(it.message()).contains("op 'ParseTensor'", "reads the graph"));
  }

  private Path parsing(DataType type) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DataType.DT_STRING);
    Node parsed = model.node("ParseTensor", HostileModels.NODE).input(x).attr("out_type", type);
    Node y = model.node("Identity", "y").input(x).input("^" + parsed.name());
    model
        .signature("serving_default")
        .input("x", x, DataType.DT_STRING)
        .output("y", y.attr("T", DataType.DT_STRING), DataType.DT_STRING);
    return model.write(directory.resolve(type.name()));
  }

  @Test
  void opOfTrainingOrPipelines_isRefusedByStrictAlone() throws Exception {
    List<String> refused = refusedBy(OpsPolicy.STRICT);
    refused.removeAll(refusedBy(OpsPolicy.STANDARD));
    assertThat(refused).hasSize(142 + 87);
    for (String op : refused) {
      Path model = HostileModels.reaching(directory, op, Place.FUNCTION);
      assertThat(ModelScan.of(model, null, OpsPolicy.STANDARD).isAccepted()).as(op).isTrue();
      assertRefused(model, op, Place.FUNCTION, OpsPolicy.STRICT);
    }
  }

  @Test
  void refusedOp_thatNothingReaches_isTolerated() throws Exception {
    for (String op : refusedBy(OpsPolicy.STRICT)) {
      if (!OpClasses.isStateful(op)) {
        continue; // What has no state may run while the graph is read: MaliciousModelsITCase.
      }
      Path model = HostileModels.holding(directory, op);
      assertThat(ModelScan.of(model, null, OpsPolicy.STRICT).isAccepted()).as(op).isTrue();
    }
  }

  /**
   * The ops that are refused whatever their inputs are, and those that need a file and get none.
   */
  private static List<String> refusedBy(OpsPolicy policy) {
    return OpClasses.all().entrySet().stream()
        .filter(
            it ->
                it.getValue().isRefusedBy(policy)
                    || (it.getValue() == OpClass.READS_GIVEN_FILE
                        && !it.getKey().equals("FixedUnigramCandidateSampler")))
        .map(Map.Entry::getKey)
        .sorted()
        .collect(Collectors.toList());
  }

  private static void assertRefused(Path model, String op, Place place, OpsPolicy policy)
      throws Exception {
    ModelScan scan = ModelScan.of(model, null, policy);
    assertThat(scan.isAccepted()).as(op + " " + place).isFalse();
    assertThat(scan.refusals("serving_default"))
        .as(op + " " + place)
        .anySatisfy(
            it -> {
              assertThat(it.op()).isEqualTo(op);
              assertThat(it.node()).isEqualTo(HostileModels.NODE);
            });
    ModelException refusal =
        Assertions.assertThrows(
            ModelException.class,
            () -> Loaded.model(model, LoadOptions.DEFAULT.withOpsPolicy(policy)).close());
    assertThat(refusal.reason()).as(op + " " + place).isEqualTo(ModelReason.OP_REFUSED);
    assertThat(refusal)
        .hasMessageContaining(model.resolve("saved_model.pb").toString())
        .hasMessageContaining("ops-policy " + scan.policyName())
        .hasMessageContaining("op '" + op + "' (node 'hostile'");
  }
}
