package io.millrace.testing.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/** The models load in TensorFlow's own loader and answer what their Javadoc says. */
class SavedModelsITCase {
  @TempDir private Path directory;

  @Test
  void linear_restoresItsVariables() {
    Path model = SavedModels.linear(directory, new float[] {2, 3}, 10);

    try (TFloat32 x = TFloat32.tensorOf(StdArrays.ndCopyOf(new float[][] {{1, 1}, {0, 2}}));
        SavedModelBundle bundle = SavedModelBundle.load(model.toString());
        Result result = bundle.function("serving_default").call(Map.of("x", x))) {
      TFloat32 y = (TFloat32) result.get("y").orElseThrow();
      assertThat(y.getFloat(0, 0)).isEqualTo(15);
      assertThat(y.getFloat(1, 0)).isEqualTo(16);
    }
  }

  @Test
  void constantVersion_answersItsNumberForEachRow() {
    Path model = SavedModels.constantVersion(directory, 7);

    try (TFloat32 x = TFloat32.vectorOf(1, 2, 3);
        SavedModelBundle bundle = SavedModelBundle.load(model.toString());
        Result result = bundle.function("serving_default").call(Map.of("x", x))) {
      TInt64 version = (TInt64) result.get("version").orElseThrow();
      assertThat(version.shape().asArray()).containsExactly(3);
      assertThat(version.getLong(2)).isEqualTo(7);
      assertThat(((TFloat32) result.get("x").orElseThrow()).getFloat(2)).isEqualTo(3);
    }
  }

  @Test
  void vocabulary_fillsItsTableFromTheAsset() {
    Path model = SavedModels.vocabulary(directory, List.of("oak", "elm"));

    try (TString word = TString.vectorOf("elm", "pine");
        SavedModelBundle bundle = SavedModelBundle.load(model.toString());
        Result result = bundle.function("serving_default").call(Map.of("word", word))) {
      TInt64 id = (TInt64) result.get("id").orElseThrow();
      assertThat(id.getLong(0)).isEqualTo(1);
      assertThat(id.getLong(1)).isEqualTo(-1);
    }
  }

  @Test
  void wrongRows_dropsNegativeValues() {
    Path model = SavedModels.wrongRows(directory);

    try (TFloat32 x = TFloat32.vectorOf(1, -2, 3);
        SavedModelBundle bundle = SavedModelBundle.load(model.toString());
        Result result = bundle.function("serving_default").call(Map.of("x", x))) {
      Tensor y = result.get("y").orElseThrow();
      assertThat(y.shape().asArray()).containsExactly(2);
    }
  }

  @Test
  void identity_isReadByTheLoader() {
    Path model = SavedModels.identity(directory);

    try (SavedModelBundle bundle = SavedModelBundle.load(model.toString())) {
      assertThat(bundle.metaGraphDef().getSignatureDefMap()).containsKeys("all", "uint16", "int4");
    }
  }
}
