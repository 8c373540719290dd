package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelMemory;
import io.millrace.model.ModelMemory.Block;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.FunctionModels;
import io.millrace.testing.models.HostileModels;
import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.SavedModel;

/** Models whose files are in memory; other people's are in {@link SharedModelsITCase}. */
class MemoryModelsITCase {
  @TempDir private Path directory;

  private static float score(Model model, float... x) throws Exception {
    try (Batch batch = Loaded.batch(model, 1)) {
      batch.append(x, (values, row) -> row.input(0).put(values, 0, values.length));
      batch.run(0, 1);
      return batch.prediction(0).output(0).getFloat(0);
    }
  }

  private static long id(Model model, String word) throws Exception {
    try (Batch batch = Loaded.batch(model, 1)) {
      batch.append(word, (value, row) -> row.input("word").put(value));
      batch.run(0, 1);
      return batch.prediction(0).output("id").getLong(0);
    }
  }

  @Test
  void variables_answerAsFromDisk() throws Exception {
    SavedModels.linear(directory, new float[] {2, 3}, 1);
    try (Model memory = Loaded.fromMemory(directory);
        Model disk = Loaded.model(directory)) {
      assertThat(score(memory, 5, 7)).isEqualTo(32).isEqualTo(score(disk, 5, 7));
    }
  }

  @Test
  void everyElementType_answersAsFromDisk() throws Exception {
    SavedModels.identity(directory);
    try (Model model = Loaded.fromMemory(directory);
        Batch batch = model.newBatch(new BatchOptions(model.signature("all"), true, 2, false))) {
      List<TypedRow> rows = List.of(new TypedRow(7, 2), new TypedRow(8, 2));
      for (TypedRow row : rows) {
        batch.append(row, TypedRow.WRITER);
      }
      batch.run(0, 2);
      for (int i = 0; i < rows.size(); i++) {
        rows.get(i).verify(batch.prediction(i));
      }
    }
  }

  @Test
  void vocabulary_isReadFromMemory() throws Exception {
    SavedModels.vocabulary(directory, List.of("oak", "elm"));
    try (Model model = Loaded.fromMemory(directory)) {
      assertThat(id(model, "elm")).isEqualTo(1);
      assertThat(id(model, "ash")).isEqualTo(-1);
    }
  }

  @Test
  void textAlone_isLoaded() throws Exception {
    HostileModels.asText(SavedModels.linear(directory, new float[] {2}, 1));
    try (Model model = Loaded.fromMemory(directory)) {
      assertThat(score(model, 3)).isEqualTo(7);
    }
  }

  @Test
  void functions_areLoaded() throws Exception {
    FunctionModels.twice(directory);
    try (Model model = Loaded.fromMemory(directory)) {
      assertThat(score(model, 3)).isEqualTo(6);
    }
  }

  private static String location(Model model) {
    return ((TensorFlowModel) model).location();
  }

  /** TensorFlow never forgets a name. */
  @Test
  void loadedAgain_readsItsOwnFilesWhereTheClosedOneDid() throws Exception {
    Path first = SavedModels.vocabulary(directory.resolve("a"), List.of("oak", "elm"));
    Path second = SavedModels.vocabulary(directory.resolve("b"), List.of("elm", "ash"));
    String location;
    try (Model model = Loaded.fromMemory(first)) {
      location = location(model);
      assertThat(id(model, "elm")).isEqualTo(1);
    }
    try (Model again = Loaded.fromMemory(second);
        Model other = Loaded.fromMemory(first)) {
      assertThat(location(again)).isEqualTo(location);
      assertThat(location(other)).isNotEqualTo(location);
      assertThat(id(again, "elm")).isZero();
      assertThat(id(again, "oak")).isEqualTo(-1);
      assertThat(id(other, "elm")).isEqualTo(1);
    }
  }

  @Test
  void pathThatASessionMayStillRead_staysTaken() throws Exception {
    SavedModels.vocabulary(directory, List.of("oak"));
    ReadPath path = ReadPath.of(Loaded.memory(directory), SavedModel.getDefaultInstance());
    path.close();
    try (Model model = Loaded.fromMemory(directory)) {
      assertThat(location(model)).isNotEqualTo(path.location());
    }
  }

  /** In TensorFlow's memory, a name is there where it begins that of another model. */
  @Test
  void severalAtOnce_keepToTheirOwnFiles() throws Exception {
    Path none = SavedModels.identity(directory.resolve("a"));
    Path words = SavedModels.vocabulary(directory.resolve("b"), List.of("oak"));
    List<Model> models = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        models.add(Loaded.fromMemory(words));
        models.add(Loaded.fromMemory(none));
        Path linear = SavedModels.linear(directory.resolve("c" + i), new float[] {i}, 0);
        models.add(Loaded.fromMemory(linear));
      }
      for (int i = 0; i < 4; i++) {
        assertThat(id(models.get(3 * i), "oak")).isZero();
        assertThat(score(models.get(3 * i + 2), 5)).isEqualTo(5 * i);
      }
    } finally {
      models.forEach(Model::close);
    }
  }

  @Test
  void ownBlocks_goOverToTheModel() throws Exception {
    SavedModels.vocabulary(directory, List.of("oak", "elm"));
    List<String> released = new ArrayList<>();
    ModelMemory memory = owned(Loaded.memory(directory), released);
    try (ModelFiles files = new ModelFiles(memory, "sha256:none");
        Model model = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT)) {
      assertThat(released).contains("saved_model.pb", "assets/vocabulary.txt");
      assertThat(memory.paths()).isEmpty();
      assertThat(id(model, "elm")).isEqualTo(1);
      assertThatThrownBy(() -> TensorFlowEngine.create().load(files, LoadOptions.DEFAULT))
          .isInstanceOfSatisfying(
              ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.NOT_FOUND))
          .hasMessageContaining("holds neither saved_model.pb nor saved_model.pbtxt");
    }
    assertThat(released).doesNotHaveDuplicates();
  }

  /** The same files, in blocks that are to be given back. */
  private static ModelMemory owned(ModelMemory files, List<String> released) throws IOException {
    Map<String, List<Block>> owned = new HashMap<>();
    for (String path : files.paths()) {
      byte[] content = files.open(path).readAllBytes();
      owned.put(path, List.of(new Block(ByteBuffer.wrap(content), () -> released.add(path))));
    }
    return new ModelMemory(files.name(), owned);
  }

  @Test
  void refused_takesNothingOver() throws Exception {
    HostileModels.reaching(directory, "ReadFile", HostileModels.Place.SIGNATURE);
    List<String> released = new ArrayList<>();
    ModelMemory memory = owned(Loaded.memory(directory), released);
    try (ModelFiles files = new ModelFiles(memory, "sha256:none")) {
      assertThatThrownBy(() -> TensorFlowEngine.create().load(files, LoadOptions.DEFAULT))
          .isInstanceOfSatisfying(
              ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.OP_REFUSED))
          .hasMessageContaining(directory + "/saved_model.pb is refused by ops-policy standard");
      assertThat(released).isEmpty();
    }
    assertThat(released).contains("saved_model.pb");
  }

  @Test
  void missingShard_isRefusedByName() throws Exception {
    SavedModels.linear(directory, new float[] {2}, 1);
    Map<String, List<Block>> files = new HashMap<>();
    ModelMemory whole = Loaded.memory(directory);
    for (String path : List.of("saved_model.pb", "variables/variables.index")) {
      byte[] content = whole.open(path).readAllBytes();
      files.put(path, List.of(new Block(ByteBuffer.wrap(content), null)));
    }
    try (ModelFiles part = new ModelFiles(new ModelMemory("m", files), "sha256:none")) {
      assertThatThrownBy(() -> TensorFlowEngine.create().load(part, LoadOptions.DEFAULT))
          .isInstanceOfSatisfying(
              ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.INCOMPLETE))
          .hasMessageStartingWith("m/variables/variables.data-00000-of-00001 is missing");
    }
  }

  @Test
  void closedPath_leavesNoFileInTensorFlow() throws Exception {
    SavedModels.vocabulary(directory, List.of("oak"));
    NativeFiles files = NativeFiles.get();
    ReadPath path = ReadPath.of(Loaded.memory(directory), SavedModel.getDefaultInstance());
    String graph = path.of("saved_model.pb");
    String asset = path.of("assets/vocabulary.txt");
    path.keepAssets();
    assertThatThrownBy(() -> files.delete(graph)).hasMessageContaining("cannot be deleted");
    files.delete(asset);
    files.create(asset).close();
    path.close();
    path.close();
    assertThatThrownBy(() -> files.delete(asset)).hasMessageContaining("cannot be deleted");
  }
}
