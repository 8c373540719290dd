package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.Model;
import java.nio.file.Path;

/** A model run once; public for a class loader that is not that of the test. */
public final class SingleRun {
  private SingleRun() {}

  /** {@code y} for an {@code x} of 2. */
  public static float run(Path directory) throws Exception {
    try (Model model = Loaded.model(directory);
        Batch batch = Loaded.batch(model, 4)) {
      batch.append(2f, (x, row) -> row.input(0).put(x));
      batch.run(0, 1);
      return batch.prediction(0).output("y").getFloat(0);
    }
  }
}
