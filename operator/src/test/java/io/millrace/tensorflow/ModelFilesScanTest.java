package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_STRING;

import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.testing.models.HostileModels;
import io.millrace.testing.models.Node;
import io.millrace.testing.models.SavedModelWriter;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.Tensors;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;

/** Ops that take the path of a file: which paths they can get. */
class ModelFilesScanTest {
  private static final String FILL = "InitializeTableFromTextFileV2";

  @TempDir private Path directory;

  private final SavedModelWriter model = new SavedModelWriter();
  private Node y;

  @BeforeEach
  void addSignature() {
    Node x = model.placeholder("x", DT_STRING, -1);
    y = model.node("Identity", "y").input(x);
    model.signature("serving_default").input("x", x, DT_STRING, -1).output("y", y, DT_FLOAT, -1);
  }

  private Node asset() {
    return model.asset("words.txt", new byte[] {'a'});
  }

  private Node elsewhere() {
    return model.constant("elsewhere", Tensors.string("/etc/passwd"));
  }

  private Node fill(String name, Node path) {
    Node table = model.node("HashTableV2", name + "/table");
    return model.node(FILL, name).input(table).input(path);
  }

  private void assertAccepted() throws Exception {
    ModelScan.of(model.write(directory), null, OpsPolicy.STRICT).require(null);
  }

  private void assertRefused(String op, String node) throws Exception {
    List<Refusal> refusals =
        ModelScan.of(model.write(directory), null, OpsPolicy.STANDARD).refusals("serving_default");
    assertThat(refusals)
        .singleElement()
        .extracting(Refusal::op, Refusal::node)
        .containsExactly(op, node);
    assertThat(refusals.get(0).message())
        .endsWith("takes the path of a file (A-asset) that need not be one of the model's own");
  }

  @Test
  void listedAsset_isAccepted() throws Exception {
    ModelScan.of(SavedModels.vocabulary(directory, List.of("a")), null, OpsPolicy.STRICT)
        .require(null);
    model.initialiser(fill("fill", model.node("Identity", "same").input(asset())));
    assertAccepted();
  }

  @Test
  void variableThatIsAssignedAnAsset_isAccepted() throws Exception {
    Node path = model.node("VarHandleOp", "path");
    model.initialiser(model.node("AssignVariableOp", "assign").input(path).input(asset()));
    model.initialiser(fill("fill", model.node("ReadVariableOp", "read").input(path)));
    assertAccepted();
  }

  @Test
  void variableThatIsAssignedMoreThanAnAsset_isRefused() throws Exception {
    Node path = model.node("VarHandleOp", "path");
    model.initialiser(model.node("AssignVariableOp", "assign").input(path).input(asset()));
    model.node("AssignVariableOp", "again").input(path).input(elsewhere());
    model.initialiser(fill("fill", model.node("ReadVariableOp", "read").input(path)));
    assertRefused(FILL, "fill");
  }

  // All handles without a name are that of one variable, whatever their nodes are called.
  @ParameterizedTest
  @ValueSource(strings = {"", "v"})
  void variableThatAnotherHandleIsAssigned_isRefused(String name) throws Exception {
    Node path = model.node("VarHandleOp", "path").attr("shared_name", name);
    Node other = model.node("VarHandleOp", "other").attr("shared_name", name);
    model.initialiser(model.node("AssignVariableOp", "assign").input(path).input(asset()));
    model.initialiser(model.node("AssignVariableOp", "again").input(other).input(elsewhere()));
    model.initialiser(fill("fill", model.node("ReadVariableOp", "read").input(path)));
    assertRefused(FILL, "fill");
  }

  @Test
  void variableWhoseHandleACallerMayName_isRefused() throws Exception {
    FunctionDef.Builder unused = HostileModels.body("unused", "VarHandleOp", "any").toBuilder();
    AttrValue.Builder given = AttrValue.newBuilder().setPlaceholder("name");
    unused.getNodeDefBuilder(0).putAttr("shared_name", given.build());
    model.function(unused.build());
    Node path = model.node("VarHandleOp", "path").attr("shared_name", "v");
    model.initialiser(model.node("AssignVariableOp", "assign").input(path).input(asset()));
    model.initialiser(fill("fill", model.node("ReadVariableOp", "read").input(path)));
    assertRefused(FILL, "fill");
  }

  @Test
  void pathThatIsNoAsset_isRefused() throws Exception {
    model.initialiser(fill("fill", elsewhere()));
    assertRefused(FILL, "fill");
  }

  // What is known of the way to an unknown origin says nothing against the one beside it.
  @Test
  void unknownOrigin_isRememberedForItsWayAlone() throws Exception {
    model.function(filling("filling"));
    Node own = model.node("Identity", "own").input(asset());
    Node other = model.node("Identity", "other").input(elsewhere());
    model.initialiser(call("PartitionedCall", "f", "call").input(own));
    model.initialiser(call("PartitionedCall", "f", "again").input(other));
    model.initialiser(fill("fine", own));
    model.initialiser(fill("wrong", other));
    assertThat(
            ModelScan.of(model.write(directory), null, OpsPolicy.STANDARD)
                .refusals("serving_default"))
        .extracting(Refusal::node)
        .containsExactlyInAnyOrder("fill", "wrong");
  }

  @Test
  void refusals_endAtTheHundredth_withTheNumberOfTheRest() throws Exception {
    for (int i = 0; i < 103; i++) {
      y.input("^" + fill("fill" + i, elsewhere(i)).name());
    }
    assertThat(
            ModelScan.of(model.write(directory), null, OpsPolicy.STANDARD)
                .refusals("serving_default"))
        .hasSize(101)
        .last()
        .extracting(Refusal::count)
        .isEqualTo(3);
  }

  private Node elsewhere(int i) {
    return model.constant("elsewhere" + i, Tensors.string("/etc/passwd"));
  }

  @Test
  void pathThatIsMadeOfAnAssets_isRefused() throws Exception {
    Node joined = model.node("StringJoin", "joined").input(asset()).input(elsewhere());
    model.initialiser(fill("fill", joined));
    assertRefused(FILL, "fill");
  }

  @Test
  void otherOutputOfAnAssetsNode_isRefused() throws Exception {
    Node table = model.node("HashTableV2", "table");
    model.initialiser(model.node(FILL, "fill").input(table).input(asset().name() + ":1"));
    assertRefused(FILL, "fill");
  }

  // Whoever feeds the first output all the same leaves the second one to the node.
  @Test
  void assetThatIsASecondOutput_isRefused() throws Exception {
    Node split = model.node("Split", "split").input(elsewhere());
    asset();
    model.initialiser(fill("fill", model.node("Identity", "same").input(split.output(1))));
    Scanned.edited(
        model.write(directory),
        graph -> graph.getAssetFileDefBuilder(0).getTensorInfoBuilder().setName("split:1"));
    Scanned.assertRefused(
        directory,
        ModelReason.LOAD_FAILED,
        "'words.txt' is fed as 'split:1', expected the first output of a node");
  }

  @Test
  void pathFromARecord_isRefused() throws Exception {
    y.input("^" + fill("fill", model.node("Identity", "path").input("x")).name());
    assertRefused(FILL, "fill");
  }

  // A call is not fed with the paths of assets: the constant's own value is read.
  @Test
  void assetThatACallReads_isRefused() throws Exception {
    y.input("^" + fill("fill", asset()).name());
    assertRefused(FILL, "fill");
  }

  private static FunctionDef filling(String function) {
    FunctionDef.Builder fill = HostileModels.body(function, "NoOp", "nothing").toBuilder();
    fill.addNodeDef(NodeDef.newBuilder().setName("table").setOp("HashTableV2"));
    fill.addNodeDef(NodeDef.newBuilder().setName("same").setOp("Identity").addInput("path"));
    fill.addNodeDef(
        NodeDef.newBuilder()
            .setName("fill")
            .setOp(FILL)
            .addInput("table:table_handle:0")
            .addInput("same:output:0"));
    return fill.build();
  }

  private Node call(String op, String attribute, String name) {
    AttrValue.Builder function =
        AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName("filling"));
    return model.node(op, name).attr(attribute, function);
  }

  @Test
  void argumentOfAFunction_isFollowedToItsCall() throws Exception {
    model.function(filling("filling"));
    model.initialiser(call("StatefulPartitionedCall", "f", "call").input(asset()));
    assertAccepted();
  }

  @Test
  void argumentOfAFunction_isFollowedThroughOthers() throws Exception {
    model.function(filling("filling"));
    model.function(HostileModels.body("outer", "filling", "call"));
    model.initialiser(model.node("outer", "call").input(asset()));
    assertAccepted();
  }

  @Test
  void argumentOfABranch_isThatBehindTheCondition() throws Exception {
    model.function(filling("filling"));
    model.initialiser(call("If", "then_branch", "if").input("x").input(asset()));
    assertAccepted();
  }

  @Test
  void argumentOfAFunctionThatIsCalledTwice_isRefusedForTheOtherCall() throws Exception {
    model.function(filling("filling"));
    model.initialiser(call("PartitionedCall", "f", "call").input(asset()));
    model.initialiser(call("PartitionedCall", "f", "again").input(elsewhere()));
    assertRefused(FILL, "fill");
  }

  @Test
  void argumentOfALoop_isRefused() throws Exception {
    model.function(filling("filling"));
    model.initialiser(call("While", "body", "loop").input(asset()));
    assertRefused(FILL, "fill");
  }

  private Node restore(String op) {
    Node prefix = model.constant("prefix", Tensors.string("unset"));
    Node restore = model.node(op, "restore").input(prefix);
    model.saver(
        SaverDef.newBuilder()
            .setFilenameTensorName("prefix:0")
            .setRestoreOpName(restore.name())
            .build());
    return restore;
  }

  @Test
  void restoreOfTheSaver_isAccepted() throws Exception {
    restore("RestoreV2");
    assertAccepted();
  }

  @Test
  void restoreOfAnotherCheckpoint_isRefused() throws Exception {
    Node restore = model.node("RestoreV2", "restore").input(elsewhere());
    model.saver(
        SaverDef.newBuilder()
            .setFilenameTensorName("prefix:0")
            .setRestoreOpName(restore.name())
            .build());
    assertRefused("RestoreV2", "restore");
  }

  // Only the restore itself is fed with the checkpoint's path.
  @Test
  void restoreOfTheSaver_isRefusedWhereACallReachesIt() throws Exception {
    y.input("^" + restore("RestoreV2").name());
    assertRefused("RestoreV2", "restore");
  }

  @Test
  void saveInPlaceOfTheRestore_isRefused() throws Exception {
    restore("SaveV2");
    assertRefused("SaveV2", "restore");
  }

  @Test
  void vocabularyInAnAttribute_isRefused() throws Exception {
    Node sampler = model.node("FixedUnigramCandidateSampler", "sampler");
    y.input("^" + sampler.name());
    assertAccepted();
    sampler.attr("vocab_file", "/etc/passwd");
    assertRefused("FixedUnigramCandidateSampler", "sampler");
  }

  @Test
  void vocabularyThatACallerNames_isRefused() throws Exception {
    FunctionDef.Builder sampling =
        HostileModels.body("sampling", "FixedUnigramCandidateSampler", "sampler").toBuilder();
    AttrValue.Builder given = AttrValue.newBuilder().setPlaceholder("file");
    sampling.getNodeDefBuilder(0).putAttr("vocab_file", given.build());
    model.function(sampling.build());
    y.input("^" + model.node("sampling", "call").attr("file", "/etc/passwd").name());
    assertRefused("FixedUnigramCandidateSampler", "sampler");
  }
}
