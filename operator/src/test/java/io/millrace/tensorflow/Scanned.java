package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Models that are written, and changed, by hand, and what a scan finds in them. */
final class Scanned {
  private Scanned() {}

  static ModelScan scan(Path model) throws ModelException {
    return ModelScan.of(model, null, OpsPolicy.STANDARD);
  }

  static void assertRefused(Path model, ModelReason reason, String message) throws ModelException {
    ModelScan scan = scan(model);
    assertThat(scan.isAccepted()).isFalse();
    assertThatThrownBy(() -> scan.require(null))
        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  /** The same model, changed in place. */
  static Path edited(Path model, Consumer<MetaGraphDef.Builder> change) throws IOException {
    Path file = model.resolve("saved_model.pb");
    SavedModel.Builder edited = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    change.accept(edited.getMetaGraphsBuilder(0));
    Files.write(file, edited.build().toByteArray());
    return model;
  }
}
