package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.TensorInfo;

class InitialisersTest {
  @Test
  void assets_insideTheirFolder_areFound() throws Exception {
    assertThat(Initialisers.assets("/models/fraud/7/assets", listed("words/vocabulary.txt")))
        .containsEntry("file:0", "assets/words/vocabulary.txt");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../saved_model.pb",
        "../../8/assets/a",
        "/etc/passwd",
        "../assets-b/a",
        "words/../a",
        "",
        "."
      })
  void assets_outsideTheirFolder_areRefused(String name) {
    for (MetaGraphDef metaGraph : new MetaGraphDef[] {listed(name), collected(name)}) {
      assertThatThrownBy(() -> Initialisers.assets("/models/fraud/7/assets", metaGraph))
          .isInstanceOfSatisfying(
              ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.LOAD_FAILED))
          .hasMessage("asset '" + name + "' is no file in /models/fraud/7/assets");
    }
  }

  @Test
  void assets_nameThatIsNoPath_isRefused() {
    assertThatThrownBy(
            () -> Initialisers.assets("/models/fraud/7/assets", listed("vocabulary\0.txt")))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.LOAD_FAILED))
        .hasMessage(
            "/models/fraud/7/assets: the asset of tensor 'file:0' has a name that is no path: Nul character not allowed");
  }

  private static AssetFileDef asset(String name) {
    return AssetFileDef.newBuilder()
        .setFilename(name)
        .setTensorInfo(TensorInfo.newBuilder().setName("file:0"))
        .build();
  }

  private static MetaGraphDef listed(String name) {
    return MetaGraphDef.newBuilder().addAssetFileDef(asset(name)).build();
  }

  /** As TensorFlow 1 wrote them. */
  private static MetaGraphDef collected(String name) {
    CollectionDef.Builder collection = CollectionDef.newBuilder();
    collection.getAnyListBuilder().addValue(Any.pack(asset(name)));
    return MetaGraphDef.newBuilder()
        .putCollectionDef("saved_model_assets", collection.build())
        .build();
  }
}
