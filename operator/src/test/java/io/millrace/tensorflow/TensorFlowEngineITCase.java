package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorInfo;

/** Loading: what is accepted, what is refused and with which words. */
class TensorFlowEngineITCase {
  @TempDir private Path directory;

  @Test
  void load_emptyDirectory_isNotFound() {
    ModelException refusal = Loaded.refusal(directory);
    assertThat(refusal.reason()).isEqualTo(ModelReason.NOT_FOUND);
    assertThat(refusal).hasMessageContaining("holds neither saved_model.pb nor saved_model.pbtxt");
    assertThat(Loaded.refusal(directory.resolve("absent")))
        .hasMessageContaining("is not a directory");
  }

  @Test
  void load_baseDirectory_namesItsVersions() throws Exception {
    Files.createDirectories(directory.resolve("7"));
    assertThat(Loaded.refusal(directory)).hasMessageEndingWith("name one of its versions [7]");
  }

  @Test
  void load_truncatedFile_isRefused() throws Exception {
    Path file = SavedModels.linear(directory, new float[4], 0).resolve("saved_model.pb");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(Loaded.refusal(directory).reason()).isEqualTo(ModelReason.LOAD_FAILED);
  }

  @Test
  void load_unknownTags_listsTheOthers() {
    SavedModels.linear(directory, new float[4], 0);
    LoadOptions train = LoadOptions.DEFAULT.withTags(List.of("train"));
    assertThatThrownBy(() -> Loaded.model(directory, train).close())
        .isInstanceOfSatisfying(
            ModelException.class,
            e -> assertThat(e.reason()).isEqualTo(ModelReason.SIGNATURE_MISMATCH))
        .hasMessage(
            "unknown tag set [train]: expected one of [[serve]] (--tags, model.saved-model-tags)");
  }

  @Test
  void load_withoutVariables_isIncomplete() throws Exception {
    SavedModels.linear(directory, new float[4], 0);
    Files.delete(directory.resolve("variables/variables.data-00000-of-00001"));
    assertThat(Loaded.refusal(directory).reason()).isEqualTo(ModelReason.INCOMPLETE);
    assertThat(Loaded.refusal(directory))
        .hasMessageContaining("variables.data-00000-of-00001 is missing");
    Files.delete(directory.resolve("variables/variables.index"));
    assertThat(Loaded.refusal(directory).reason()).isEqualTo(ModelReason.INCOMPLETE);
    assertThat(Loaded.refusal(directory)).hasMessageContaining("variables/variables.index");
  }

  @Test
  void load_truncatedShard_isIncomplete() throws Exception {
    SavedModels.linear(directory, new float[4], 0);
    Path shard = directory.resolve("variables/variables.data-00000-of-00001");
    Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 7));
    assertThat(Loaded.refusal(directory))
        .hasMessageContaining("has 7 bytes")
        .hasMessageContaining("20 bytes in this one");
  }

  @Test
  void load_flippedBitInAShard_isRefusedByTensorFlow() throws Exception {
    SavedModels.linear(directory, new float[4], 0);
    Path shard = directory.resolve("variables/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(shard);
    bytes[5] ^= 1;
    Files.write(shard, bytes);
    assertThat(Loaded.refusal(directory).reason()).isEqualTo(ModelReason.LOAD_FAILED);
  }

  @Test
  void load_unknownOp_namesItAndItsNode() {
    Path model = SavedModels.customOp(directory);
    ModelException refusal = Loaded.refusal(model);
    assertThat(refusal.reason()).isEqualTo(ModelReason.OP_REFUSED);
    assertThat(refusal).hasMessageContaining("op 'MillraceForest' (node 'forest')");

    LoadOptions anything = LoadOptions.DEFAULT.withOpsPolicy(OpsPolicy.OFF);
    assertThatThrownBy(() -> Loaded.model(model, anything).close())
        .hasMessageContaining("MillraceForest (node 'forest')")
        .hasMessageContaining("written by TensorFlow 2.18.0");
  }

  @Test
  void load_graphOfALaterTensorFlow_namesBothVersions() throws Exception {
    edit(
        model -> {
          var metaGraph = model.getMetaGraphsBuilder(0);
          metaGraph.getMetaInfoDefBuilder().setTensorflowVersion("3.1.0");
          metaGraph.getGraphDefBuilder().getVersionsBuilder().setMinConsumer(99_999);
        });
    assertThat(Loaded.refusal(directory))
        .hasMessageContaining("graph version 99999")
        .hasMessageContaining("written by TensorFlow 3.1.0, this is 2.18.0");
  }

  @Test
  void load_nodeWithoutItsInput_isRefusedInsteadOfEndingTheProcess() throws Exception {
    edit(
        model -> {
          for (var node : model.getMetaGraphsBuilder(0).getGraphDefBuilder().getNodeBuilderList()) {
            if (node.getOp().equals("MatMul")) {
              node.clearInput();
            }
          }
        });
    ModelException refusal = Loaded.refusal(directory);
    assertThat(refusal.reason()).isEqualTo(ModelReason.LOAD_FAILED);
    assertThat(refusal).hasMessageContaining("cannot read the graph");
  }

  private void edit(Consumer<SavedModel.Builder> change) throws Exception {
    Path file = SavedModels.linear(directory, new float[4], 0).resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    change.accept(model);
    Files.write(file, model.build().toByteArray());
  }

  @Test
  void signature_unknown_listsTheKeys() throws Exception {
    try (Model model = Loaded.model(SavedModels.linear(directory, new float[4], 0))) {
      assertThat(model.signatureKeys()).containsExactly("serving_default");
      assertThatThrownBy(() -> model.signature("predict"))
          .hasMessage("unknown signature 'predict': expected one of [serving_default]");
    }
  }

  @Test
  void signature_noneNamedAndSeveral_listsTheKeys() throws Exception {
    try (Model model = Loaded.model(SavedModels.identity(directory))) {
      assertThatThrownBy(() -> model.signature(null))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("name one of [all, bfloat16, bool,");
    }
  }

  @Test
  void newBatch_unknownRank_asksForAShapeAndTakesIt() throws Exception {
    edit(
        model -> {
          var signature =
              model.getMetaGraphsBuilder(0).getSignatureDefOrThrow("serving_default").toBuilder();
          TensorInfo.Builder x = signature.getInputsOrThrow("x").toBuilder();
          x.getTensorShapeBuilder().clearDim().setUnknownRank(true);
          model
              .getMetaGraphsBuilder(0)
              .putSignatureDef("serving_default", signature.putInputs("x", x.build()).build());
        });
    try (Model model = Loaded.model(directory)) {
      Signature signature = model.signature(null);
      assertThatThrownBy(() -> model.newBatch(new BatchOptions(signature, true, 4, false)))
          .hasMessage(
              "input 'x' of signature 'serving_default' is of unknown rank: state its shape in"
                  + " model.input-shapes");
      Signature narrowed = signature.withInputShapes(Map.of("x", Shape.of(-1, 4)));
      try (Batch batch = model.newBatch(new BatchOptions(narrowed, true, 4, false))) {
        batch.append(new float[4], (it, row) -> row.input(0).put(it, 0, 4));
        batch.run(0, 1);
        assertThat(batch.prediction(0).output(0).getFloat(0)).isZero();
      }
    }
  }

  @Test
  void newBatch_withoutBatchDimension_isRefused() throws Exception {
    try (Model model = Loaded.model(SavedModels.unbatched(directory))) {
      BatchOptions options = new BatchOptions(model.signature(null), true, 4, false);
      assertThatThrownBy(() -> model.newBatch(options))
          .hasMessageContaining("has no batch dimension")
          .hasMessageContaining("batching.mode to off");
    }
  }

  @Test
  void newBatch_moreThanTwoGigabytes_isRefused() throws Exception {
    try (Model model = Loaded.model(SavedModels.linear(directory, new float[4096], 0))) {
      BatchOptions options = new BatchOptions(model.signature(null), true, 1 << 20, false);
      assertThatThrownBy(() -> model.newBatch(options))
          .isInstanceOfSatisfying(
              ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.TOO_LARGE))
          .hasMessageContaining("lower batching.max-batch-size");
    }
  }

  @Test
  void run_modelThatKeepsItsInput_seesNoLaterRecord() throws Exception {
    try (Model model = Loaded.model(SavedModels.remembering(directory));
        Batch batch = Loaded.batch(model, 4)) {
      for (float x = 1; x < 20; x++) {
        batch.append(x, (it, row) -> row.input(0).put(it));
        batch.run(0, 1);
        assertThat(batch.prediction(0).output("previous").getFloat(0)).isEqualTo(x - 1);
        batch.clear();
      }
    }
  }

  @Test
  void run_onSeveralThreads_batchesOfOneModel() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Model model = Loaded.model(SavedModels.linear(directory, new float[] {2, 3}, 1))) {
      List<Future<?>> results = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread;
        results.add(threads.submit(() -> scoreAll(model, first)));
      }
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Void scoreAll(Model model, int first) throws Exception {
    try (Batch batch = Loaded.batch(model, 16)) {
      for (int round = 0; round < 500; round++) {
        int rows = 1 + (round + first) % 16;
        for (int i = 0; i < rows; i++) {
          float x = round + i;
          batch.append(x, (it, row) -> row.input(0).put(it).put(1f));
        }
        batch.run(0, rows);
        for (int i = 0; i < rows; i++) {
          assertThat(batch.prediction(i).output(0).getFloat(0)).isEqualTo(2f * (round + i) + 4);
        }
        batch.clear();
      }
    }
    return null;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x:abc", "x:-1", "x:", "x:+0", "x:99999999999", "x:0:0", ":0", "", "x:\u0660"})
  void newBatch_tensorNameThatIsNone_isRefused(String tensor) throws Exception {
    feed(tensor);
    try (Model model = Loaded.model(directory)) {
      BatchOptions options = new BatchOptions(model.signature(null), true, 4, false);
      assertThatThrownBy(() -> model.newBatch(options))
          .isInstanceOfSatisfying(
              ModelException.class,
              e -> assertThat(e.reason()).isEqualTo(ModelReason.SIGNATURE_MISMATCH))
          .hasMessageContaining("is the tensor '" + tensor + "', expected a name as 'node:0'");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x:1", "absent:0"})
  void newBatch_tensorThatTheGraphLacks_isRefused(String tensor) throws Exception {
    feed(tensor);
    try (Model model = Loaded.model(directory)) {
      BatchOptions options = new BatchOptions(model.signature(null), true, 4, false);
      assertThatThrownBy(() -> model.newBatch(options))
          .hasMessageContaining("is the tensor '" + tensor + "', which the graph lacks");
    }
  }

  /** A linear model whose signature says that its input is this tensor. */
  private void feed(String tensor) throws Exception {
    edit(
        model -> {
          var metaGraph = model.getMetaGraphsBuilder(0);
          var signature = metaGraph.getSignatureDefOrThrow("serving_default").toBuilder();
          TensorInfo renamed = signature.getInputsOrThrow("x").toBuilder().setName(tensor).build();
          metaGraph.putSignatureDef("serving_default", signature.putInputs("x", renamed).build());
        });
  }
}
