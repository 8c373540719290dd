package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real model, packaged and then corrupted in one place: none gets as far as the engine. */
class CorruptedModelsITCase {
  private static final int MODELS = 5_000;

  @TempDir private Path folder;
  private final AtomicInteger seenByTheEngine = new AtomicInteger();

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
  void load_anyCorruption_isRefusedBeforeTheEngineSeesIt() throws Exception {
    long seed = Long.getLong("millrace.corruption.seed", System.nanoTime());
    System.out.println("corrupted models: seed " + seed);
    Random random = new Random(seed);
    Path model = folder.resolve("m/1");
    SavedModels.layers(
        model,
        List.of(
            new SavedModels.Layer(new float[8][16], new float[16], "Relu"),
            new SavedModels.Layer(new float[16][2], new float[2], "Softmax")));
    Packaged.write(model);
    Path whole = folder.resolve("whole");
    copy(model, whole);
    Publish publish = new Publish("m", 1, model.toUri(), null, 1, true, null);
    ModelLoader loader = loader();
    loader.load(publish, null).close();
    assertThat(seenByTheEngine).hasValue(1);

    Map<ModelReason, Integer> refused = new EnumMap<>(ModelReason.class);
    for (int i = 0; i < MODELS; i++) {
      String what = corrupt(model, random);
      try {
        loader.load(publish, null).close();
        throw new AssertionError("seed " + seed + ", model " + i + " was loaded: " + what);
      } catch (ModelException e) {
        refused.merge(e.reason(), 1, Integer::sum);
      }
      copy(whole, model);
    }
    System.out.println("corrupted models: refused " + refused);

    assertThat(seenByTheEngine).hasValue(1);
    assertThat(refused.keySet())
        .containsExactlyInAnyOrder(
            ModelReason.INCOMPLETE, ModelReason.DIGEST_MISMATCH, ModelReason.UNLISTED_FILE);
    assertThat(SharedModel.held()).isZero();
    assertThat(folder.resolve("copies")).isEmptyDirectory();
  }

  /** Makes one change that leaves the manifest alone, and says which. */
  private static String corrupt(Path model, Random random) throws IOException {
    List<Path> files =
        Packaged.files(model).stream().filter(path -> !path.endsWith("manifest.json")).toList();
    Path file = files.get(random.nextInt(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    int place = random.nextInt(bytes.length);
    int kind = random.nextInt(8);
    switch (kind) {
      case 0 -> bytes[place] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[place] += (byte) (1 + random.nextInt(255));
      case 2 -> bytes = Arrays.copyOf(bytes, place);
      case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(100));
      case 4 -> {
        int end = Math.min(bytes.length, place + 1 + random.nextInt(64));
        for (int i = place; i < end; i++) {
          bytes[i] ^= (byte) (1 + random.nextInt(255));
        }
      }
      case 5 -> Files.delete(file);
      case 6 -> Files.copy(file, file.resolveSibling(file.getFileName() + "-" + place));
      case 7 -> Files.move(file, file.resolveSibling(file.getFileName() + "-" + place));
      default -> throw new IllegalStateException("kind " + kind);
    }
    if (kind < 5) {
      Files.write(file, bytes);
    }
    return "kind " + kind + " of " + file + " at " + place;
  }

  /** Makes the one folder hold what the other does. */
  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      for (Path path : Packaged.files(to)) {
        Files.delete(path);
      }
    }
    for (Path path : Packaged.files(from)) {
      Path target = to.resolve(from.relativize(path));
      Files.createDirectories(target.getParent());
      Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
