package io.millrace.benchmarks;

import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models of a soak: those made here, and other people's where there is a folder of them.
 *
 * @param own taken in turn
 * @param others taken in turn at every sixteenth step, since each takes as long as eight of the own
 */
record SoakModels(List<Path> own, List<Path> others) {
  static final int BALLAST_FLOATS = 1 << 18;
  private static final int OTHER_EVERY = 16;

  private static final int WORDS = 1_000;

  /** It cannot be run: its signature names one tensor under several names. */
  private static final String ONE_TENSOR_TWICE = "dtypes-identity";

  /**
   * Writes the models that are made here.
   *
   * @param shared the folder with {@code savedmodel/}, or null
   */
  static SoakModels in(Path folder, @Nullable Path shared) throws IOException {
    return new SoakModels(
        generated(folder), shared == null ? List.of() : below(shared.resolve("savedmodel")));
  }

  private static List<Path> generated(Path folder) {
    List<String> words = IntStream.range(0, WORDS).mapToObj(i -> "word" + i).toList();
    return List.of(
        SavedModels.linear(folder.resolve("linear"), new float[] {1, 2, 3}, 4),
        SavedModels.constantVersion(folder.resolve("ballast"), 1, BALLAST_FLOATS),
        SavedModels.vocabulary(folder.resolve("vocabulary"), words),
        SavedModels.parsing(folder.resolve("parsing")),
        SavedModels.ragged(folder.resolve("ragged")),
        SavedModels.unbatched(folder.resolve("unbatched")));
  }

  private static List<Path> below(Path shared) throws IOException {
    try (Stream<Path> files = Files.walk(shared)) {
      return files
          .filter(file -> file.getFileName().toString().matches("saved_model\\.pb(txt)?"))
          .map(file -> Objects.requireNonNull(file.getParent()))
          .filter(model -> !model.endsWith(ONE_TENSOR_TWICE))
          .sorted()
          .toList();
    }
  }

  int count() {
    return own.size() + others.size();
  }

  /** The model of a step. */
  Path at(int step) {
    boolean other = !others.isEmpty() && step % OTHER_EVERY == 0;
    return other ? others.get(step / OTHER_EVERY % others.size()) : own.get(step % own.size());
  }
}
