package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.tensor.Shape;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of other people's models, and of the project's own. */
class SavedModelReaderITCase {
  private static final Path MODELS =
      Path.of(System.getProperty("millrace.models", "../../shared/models")).resolve("savedmodel");

  @TempDir private Path directory;

  @BeforeAll
  static void folderIsThere() {
    assumeTrue(Files.isDirectory(MODELS), MODELS + " is absent");
  }

  @Test
  void read_everySharedModel() throws Exception {
    try (Stream<Path> files = Files.walk(MODELS)) {
      List<Path> found =
          files.filter(it -> it.getFileName().toString().startsWith("saved_model.pb")).toList();
      assertThat(found).hasSize(27);
      for (Path file : found) {
        SavedModelInfo info = SavedModelReader.read(file.getParent());
        assertThat(info.graphs()).isNotEmpty();
        assertThat(info.graphs().get(0).signatures()).as(file.toString()).isNotEmpty();
        assertThat(info.graphs().get(0).unusable()).isEmpty();
        assertThat(info.fileBytes()).isEqualTo(Files.size(file));
      }
    }
  }

  @Test
  void read_listsTagsVersionOpsAndVariables() throws Exception {
    SavedModelInfo info = SavedModelReader.read(MODELS.resolve("linear-regression-train-serve"));
    assertThat(info.graphs()).extracting(SavedModelInfo.Graph::tags).hasSize(1);
    assertThat(info.graph(null).tensorFlowVersion()).isEqualTo("1.2.1");
    assertThat(info.graph(null).ops()).containsKey("VariableV2");

    SavedModelInfo mlp = SavedModelReader.read(MODELS.resolve("mlp-tf2"));
    assertThat(mlp.variables())
        .anySatisfy(
            it -> {
              assertThat(it.name()).contains("kernel");
              assertThat(it.dtype()).isEqualTo("float32");
              assertThat(it.shape().isFullyKnown()).isTrue();
              assertThat(it.bytes()).isEqualTo(it.shape().elements() * 4);
            });
    SavedModelInfo.Callable signature = mlp.graph(null).signature(null);
    assertThat(signature.reachableOps()).containsKeys("MatMul", "RestoreV2");
    assertThat(signature.reachableOps()).doesNotContainKey("SaveV2");
    assertThat(mlp.graph(null).ops()).containsKey("SaveV2");
  }

  @Test
  void read_shardedVariables() throws Exception {
    SavedModelInfo info = SavedModelReader.read(MODELS.resolve("housing-estimator-sharded"));
    assertThat(info.variables()).isNotEmpty();
    assertThat(info.variables()).allSatisfy(it -> assertThat(it.name()).isNotEmpty());
  }

  @Test
  void read_ownModel() throws Exception {
    SavedModelInfo info =
        SavedModelReader.read(SavedModels.vocabulary(directory, List.of("oak", "elm")));
    assertThat(info.graph(null).assets()).containsExactly("vocabulary.txt");
    assertThat(info.graph(null).signature(null).reachableOps())
        .containsKey("InitializeTableFromTextFileV2");
    assertThat(info.variables()).isEmpty();
  }

  @Test
  void variables_areNamedWithTheirShapes() throws Exception {
    SavedModels.linear(directory, new float[] {1, 2, 3}, 0);
    assertThat(SavedModelReader.read(directory).variables())
        .containsExactly(
            new VariableInfo("layer0/b", "float32", Shape.of(1), 4),
            new VariableInfo("layer0/w", "float32", Shape.of(3, 1), 12));
  }

  @Test
  void signature_thatIsNotThereOrNotTheOnlyOne_isRefusedAsByTheLoadedModel() throws Exception {
    Path path = SavedModels.identity(directory);
    SavedModelInfo.Graph graph = SavedModelReader.read(path).graph(null);
    try (Model model = Loaded.model(path)) {
      assertThat(graph.signature("int8").signature()).isEqualTo(model.signature("int8"));
      for (String key : new String[] {null, "nope"}) {
        ModelException refusal =
            catchThrowableOfType(ModelException.class, () -> model.signature(key));
        assertThat(refusal).hasMessageContaining("uint16");
        assertThatThrownBy(() -> graph.signature(key))
            .isInstanceOf(ModelException.class)
            .hasMessage(refusal.getMessage());
      }
    }
  }

  @Test
  void graph_unknownTags_listsTheOthers() throws Exception {
    SavedModelInfo info = SavedModelReader.read(SavedModels.linear(directory, new float[1], 0));
    assertThatThrownBy(() -> info.graph(List.of("train")))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "unknown tag set [train]: expected one of [[serve]] (--tags, model.saved-model-tags)");
  }
}
