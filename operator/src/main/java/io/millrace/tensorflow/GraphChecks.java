package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import java.nio.file.Path;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** What is refused before TensorFlow loads a model. */
final class GraphChecks {
  private GraphChecks() {}

  static void verify(Path directory, SavedModel model, MetaGraphDef metaGraph)
      throws ModelException {}
}
