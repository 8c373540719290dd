package io.millrace.testing.models;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.TensorProto;

/** The values of variables as files, written by a graph of their own: the served one holds none. */
final class Checkpoint {
  private Checkpoint() {}

  static void write(Path prefix, Map<String, TensorProto> variables) {
    SavedModelWriter saver = new SavedModelWriter();
    Node save =
        saver
            .node("SaveV2", "save")
            .input(saver.constant("prefix", Tensors.string(prefix.toAbsolutePath().toString())))
            .input(saver.constant("names", Tensors.strings(List.copyOf(variables.keySet()))))
            .input(saver.constant("slices", slices(variables)));
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
    variables.forEach(
        (name, value) -> {
          save.input(saver.constant("value/" + name, value));
          types.addType(value.getDtype());
        });
    save.attr("dtypes", AttrValue.newBuilder().setList(types));
    try (Graph scratch = new Graph()) {
      scratch.importGraphDef(saver.graph());
      try (Session session = new Session(scratch)) {
        session.runner().addTarget("save").run().close();
      }
    }
  }

  /** What says that each variable is saved, and restored, whole. */
  static TensorProto slices(Map<String, TensorProto> variables) {
    return Tensors.strings(variables.keySet().stream().map(name -> "").toList());
  }
}
