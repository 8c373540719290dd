package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.Corruption;
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
 * A real model, corrupted in one place again and again. Properties millrace.corruptions and
 * millrace.seed make a run longer, or the same again.
 */
class CorruptedModelsITCase {
  private static final int MODELS = 5_000;
  private static final int REPACKAGED = Integer.getInteger("millrace.corruptions", 400);
  private static final long SEED = Long.getLong("millrace.seed", System.nanoTime());

  @TempDir private Path folder;
  private final AtomicInteger seenByTheEngine = new AtomicInteger();
  private Path model;
  private Path whole;

  @BeforeEach
  void writeModel() throws Exception {
    model = folder.resolve("m/1");
    SavedModels.layers(
        model,
        List.of(
            new SavedModels.Layer(new float[8][16], new float[16], "Relu"),
            new SavedModels.Layer(new float[16][2], new float[2], "Softmax")));
    Packaged.write(model);
    whole = folder.resolve("whole");
    Corruption.copy(model, whole);
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
    Publish publish = new Publish("m", 1, model.toUri(), null, 1, true, null);
    ModelLoader loader = loader();
    loader.load(publish, null).close();
    assertThat(seenByTheEngine).hasValue(1);

    Map<ModelReason, Integer> refused = new EnumMap<>(ModelReason.class);
    for (int i = 0; i < MODELS; i++) {
      String what = Corruption.ofFile(model, random);
      try {
        loader.load(publish, null).close();
        throw new AssertionError("seed " + SEED + ", model " + i + " was loaded: " + what);
      } catch (ModelException e) {
        refused.merge(e.reason(), 1, Integer::sum);
      }
      Corruption.copy(whole, model);
    }
    System.out.println("corrupted models: refused " + refused);

    assertThat(seenByTheEngine).hasValue(1);
    assertThat(refused.keySet())
        .containsExactlyInAnyOrder(
            ModelReason.INCOMPLETE, ModelReason.DIGEST_MISMATCH, ModelReason.UNLISTED_FILE);
    assertThat(SharedModel.held()).isZero();
    assertThat(folder.resolve("copies")).isEmptyDirectory();
  }

  @Test
  void packagedAfterTheCorruption_eachIsRefusedOrLoadsInAChild() throws Exception {
    System.out.println("corrupted and packaged models: seed " + SEED);
    Random random = new Random(SEED);
    Map<String, Integer> outcomes = new TreeMap<>();
    try (LoadingChild child = new LoadingChild(folder)) {
      assertThat(child.load(model.toUri())).isEqualTo(LoadingChild.LOADED);
      for (int i = 0; i < REPACKAGED; i++) {
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
        Corruption.copy(whole, model);
      }
      assertThat(child.load(model.toUri())).isEqualTo(LoadingChild.LOADED);
    }
    System.out.println("corrupted and packaged models: " + outcomes);

    assertThat(outcomes).containsKeys(LoadingChild.LOADED, LoadingChild.REFUSED + "LOAD_FAILED");
    int lost =
        outcomes.getOrDefault(LoadingChild.ENDED, 0) + outcomes.getOrDefault(LoadingChild.HUNG, 0);
    assertThat(lost).as("children lost").isLessThanOrEqualTo(REPACKAGED / 400);
  }
}
