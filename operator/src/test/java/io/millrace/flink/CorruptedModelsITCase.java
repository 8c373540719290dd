package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.Corruption;
import io.millrace.testing.models.FunctionModels;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real models, one of which is corrupted in one place again and again: with layers, with a table
 * that is filled from an asset, with a function. Properties millrace.corruptions and millrace.seed
 * make a run longer, or the same again.
 */
class CorruptedModelsITCase {
  private static final int MODELS = 5_000;
  private static final int REPACKAGED = Integer.getInteger("millrace.corruptions", 400);
  private static final long SEED = Long.getLong("millrace.seed", System.nanoTime());

  @TempDir private Path folder;
  private final AtomicInteger seenByTheEngine = new AtomicInteger();
  private List<Path> models;

  @BeforeEach
  void writeModels() throws Exception {
    models =
        List.of(
            SavedModels.layers(
                folder.resolve("layers/m/1"),
                List.of(
                    new SavedModels.Layer(new float[8][16], new float[16], "Relu"),
                    new SavedModels.Layer(new float[16][2], new float[2], "Softmax"))),
            SavedModels.vocabulary(folder.resolve("table/m/1"), List.of("oak", "elm", "ash")),
            FunctionModels.twice(folder.resolve("function/m/1")));
    for (Path model : models) {
      Packaged.write(model);
      Corruption.copy(model, whole(model));
    }
  }

  private static Path whole(Path model) {
    return model.resolveSibling("whole");
  }

  private static Publish publish(Path model) {
    return new Publish("m", 1, model.toUri(), null, 1, true, null);
  }

  private ModelLoader loader() {
    Configuration config = new Configuration();
    config.set(InferenceOptions.NAME, "m");
    List<String> roots = List.of(folder.toString());
    return new ModelLoader(
        InferenceSettings.of(config, roots, 1, true),
        "slot",
        FileSystemModelStore.of(roots, folder.resolve("copies")),
        (files, options) -> {
          seenByTheEngine.incrementAndGet();
          return new AnsweringModel();
        });
  }

  @Test
  void withItsManifest_anyCorruption_isRefusedBeforeTheEngineSeesIt() throws Exception {
    System.out.println("corrupted models: seed " + SEED);
    Random random = new Random(SEED);
    ModelLoader loader = loader();
    for (Path model : models) {
      loader.load(publish(model), null).close();
    }
    assertThat(seenByTheEngine).hasValue(models.size());

    Map<ModelReason, Integer> refused = new EnumMap<>(ModelReason.class);
    for (int i = 0; i < MODELS; i++) {
      Path model = models.get(random.nextInt(models.size()));
      String what = Corruption.ofFile(model, random);
      try {
        loader.load(publish(model), null).close();
        throw new AssertionError("seed " + SEED + ", model " + i + " was loaded: " + what);
      } catch (ModelException e) {
        refused.merge(e.reason(), 1, Integer::sum);
      }
      Corruption.copy(whole(model), model);
    }
    System.out.println("corrupted models: refused " + refused);

    assertThat(seenByTheEngine).hasValue(models.size());
    assertThat(refused.keySet())
        .containsExactlyInAnyOrder(
            ModelReason.INCOMPLETE, ModelReason.DIGEST_MISMATCH, ModelReason.UNLISTED_FILE);
    assertThat(SharedModel.held()).isZero();
    assertThat(folder.resolve("copies")).isEmptyDirectory();
  }

  /** TensorFlow may end or hang a process that hands it such a graph: model.probe is for that. */
  @Test
  void packagedAfterTheCorruption_isRefusedOrLoads_andOneIn400AtTheMostEndsItsChildOrHangs()
      throws Exception {
    System.out.println("corrupted and packaged models: seed " + SEED);
    Random random = new Random(SEED);
    Map<String, Integer> outcomes = new TreeMap<>();
    try (LoadingChild child = new LoadingChild(folder)) {
      assertAllLoad(child);
      for (int i = 0; i < REPACKAGED; i++) {
        Path model = models.get(random.nextInt(models.size()));
        String what =
            random.nextBoolean()
                ? Corruption.ofFile(model, random)
                : Corruption.ofGraph(model, random);
        Files.delete(model.resolve(Manifest.FILE_NAME));
        Packaged.write(model);
        String outcome = child.load(model.toUri());
        outcomes.merge(outcome, 1, Integer::sum);
        if (outcome.equals(LoadingChild.ENDED) || outcome.equals(LoadingChild.HUNG)) {
          System.out.println("seed " + SEED + ", model " + i + " " + outcome + ": " + what);
        }
        Corruption.copy(whole(model), model);
      }
      assertAllLoad(child);
    }
    System.out.println("corrupted and packaged models: " + outcomes);

    assertThat(outcomes).containsKeys(LoadingChild.LOADED, LoadingChild.REFUSED + "LOAD_FAILED");
    int lost =
        outcomes.getOrDefault(LoadingChild.ENDED, 0) + outcomes.getOrDefault(LoadingChild.HUNG, 0);
    assertThat(lost).as("children lost").isLessThanOrEqualTo(REPACKAGED / 400);
  }

  private void assertAllLoad(LoadingChild child) throws Exception {
    for (Path model : models) {
      assertThat(child.load(model.toUri())).as(model.toString()).isEqualTo(LoadingChild.LOADED);
    }
  }
}
