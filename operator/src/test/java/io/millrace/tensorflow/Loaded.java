package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.tensor.Signature;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;

/** Loads models that lie in a directory. */
final class Loaded {
  private Loaded() {}

  static Model model(Path directory) throws ModelException {
    return model(directory, LoadOptions.DEFAULT);
  }

  static Model model(Path directory, LoadOptions options) throws ModelException {
    ModelFiles files = new ModelFiles(directory, "sha256:" + "0".repeat(64), 0, () -> {});
    return TensorFlowEngine.create().load(files, options);
  }

  /** The exception that loading throws. */
  static ModelException refusal(Path directory) {
    return Assertions.assertThrows(ModelException.class, () -> model(directory).close());
  }

  static Batch batch(Model model, int maxRows) throws ModelException {
    return batch(model, model.signature(null), maxRows);
  }

  static Batch batch(Model model, Signature signature, int maxRows) throws ModelException {
    return model.newBatch(
        new BatchOptions(signature, signature.hasBatchDimension(), maxRows, false));
  }
}
