package io.millrace.benchmarks;

import io.millrace.model.BatchSizes;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.serving.WarmUp;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensorflow.TensorFlowEngine;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** A model loaded, run and closed by the engine alone; or never closed, to show what it costs. */
final class LoadLoop implements SoakLoop {
  private static final int ROWS = 4;
  private static final String NO_DIGEST = "sha256:" + "0".repeat(64);

  private final SoakModels models;
  private final boolean closing;
  private final ModelEngine engine = TensorFlowEngine.create();

  LoadLoop(SoakModels models, boolean closing) {
    this.models = models;
    this.closing = closing;
  }

  @Override
  public void step(int step) throws Exception {
    Path directory = models.at(step);
    Model model = load(engine, directory);
    try {
      Signature signature = signature(model);
      WarmUp.run(model, signature, BatchDimension.FIND_OUT, BatchSizes.upTo(ROWS));
    } catch (ModelException e) {
      throw new IllegalStateException(directory + ": " + e.getMessage(), e);
    } finally {
      if (closing) {
        model.close();
      }
    }
  }

  static Model load(ModelEngine engine, Path directory) throws ModelException {
    return engine.load(new ModelFiles(directory, NO_DIGEST, 0, () -> {}), LoadOptions.DEFAULT);
  }

  /** The default signature, or the first; an input of unknown rank is taken for a vector. */
  private static Signature signature(Model model) throws ModelException {
    Signature signature;
    try {
      signature = model.signature(null);
    } catch (ModelException e) {
      signature = model.signature(model.signatureKeys().get(0));
    }
    Map<String, Shape> vectors =
        signature.inputs().stream()
            .filter(input -> !input.shape().hasRank())
            .collect(Collectors.toMap(TensorSpec::name, input -> Shape.of(1)));
    return signature.withInputShapes(vectors);
  }

  @Override
  public void close() {}
}
