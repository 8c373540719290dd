package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensorflow.TensorFlowEngine;
import io.millrace.testing.models.SavedModels;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that a real probe tries out as the job is about to use them. */
class ProbedVersionITCase {
  private static final TensorSpec X = new TensorSpec("x", ElementType.FLOAT32, Shape.of(-1, 3));
  private static final TensorSpec SUM = new TensorSpec("sum", ElementType.FLOAT32, Shape.of(-1));

  @TempDir private Path folder;

  private static InferenceSettings settings() {
    Configuration config = new Configuration();
    config.set(InferenceOptions.NAME, "m");
    config.set(InferenceOptions.PROBE, InferenceOptions.Probe.ON);
    return InferenceSettings.of(config, List.of("file:///models"), 1, true);
  }

  private ServedModel load(Path version) throws Exception {
    ModelLoader loader =
        new ModelLoader(
            settings(),
            "slot",
            (uri, digest) -> new ModelFiles(version, "sha256:" + version, 0, () -> {}),
            TensorFlowEngine.create());
    Signature first = new Signature("serving_default", List.of(X), List.of(SUM));
    return loader.load(
        new Publish("m", 2, URI.create("file:///models/2"), null, 2, true, null),
        new ServingSchema(first, true));
  }

  @Test
  void laterVersion_isProbedWithTheShapesThatTheJobWrites() throws Exception {
    load(SavedModels.ragged(folder.resolve("2"))).close();

    Path wider = SavedModels.linear(folder.resolve("3"), new float[4], 0);
    ModelException refusal = Assertions.assertThrows(ModelException.class, () -> load(wider));
    assertThat(refusal.reason()).isEqualTo(ModelReason.SIGNATURE_MISMATCH);
    assertThat(refusal)
        .hasMessageContaining("input 'x': float32[-1, 4] cannot take the shape [-1, 3]")
        .hasMessageContaining("found by the probe");
    assertThat(SharedModel.held()).isZero();
  }
}
