package io.millrace.testing.models;

import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_STRING;

import java.nio.file.Path;
import java.util.List;
import org.tensorflow.proto.AttrValue;

/**
 * Models {@code x float32[-1] -> y float32[-1]} that write a file in their initialiser, each by
 * another op than those of {@link MaliciousModels}. Every method writes into the given directory
 * and returns it.
 */
public final class WritingModels {
  private WritingModels() {}

  /** By {@code Save}, of the checkpoints of old. */
  public static Path saving(Path directory, Path file) {
    return saving(directory, file, false);
  }

  /** By {@code SaveSlices}, likewise. */
  public static Path savingSlices(Path directory, Path file) {
    return saving(directory, file, true);
  }

  private static Path saving(Path directory, Path file, boolean slices) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    Node save =
        model
            .node(slices ? "SaveSlices" : "Save", HostileModels.NODE)
            .input(MaliciousModels.path(model, file))
            .input(model.constant("names", Tensors.strings(List.of("a"))));
    if (slices) {
      save.input(model.constant("slices", Tensors.strings(List.of(""))));
    }
    model.initialiser(
        save.input(model.constant("a", Tensors.floats(new float[] {1}, 1)))
            .attr("T", MaliciousModels.types(DT_FLOAT)));
    return model.write(directory);
  }

  /**
   * By {@code MergeV2Checkpoints}, of the model's own variables, which it moves away.
   *
   * @param index the file that holds the index of the merged ones
   */
  public static Path merging(Path directory, Path index) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    model.variable("a", Tensors.floats(new float[] {1}, 1));
    String variables = directory.resolve("variables/variables").toAbsolutePath().toString();
    Path prefix = index.resolveSibling(index.getFileName().toString().replace(".index", ""));
    model.initialiser(
        model
            .node("MergeV2Checkpoints", HostileModels.NODE)
            .input(model.constant("from", Tensors.strings(List.of(variables))))
            .input(MaliciousModels.path(model, prefix))
            .attr("delete_old_dirs", false));
    return model.write(directory);
  }

  /** By {@code DatasetToTFRecord}. */
  public static Path records(Path directory, Path file) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    AttrValue.ListValue scalar = AttrValue.ListValue.newBuilder().addShape(Tensors.shape()).build();
    Node dataset =
        model
            .node("TensorDataset", "dataset")
            .input(model.constant("content", Tensors.string("written by a model")))
            .attr("Toutput_types", MaliciousModels.types(DT_STRING))
            .attr("output_shapes", AttrValue.newBuilder().setList(scalar));
    model.initialiser(
        model
            .node("DatasetToTFRecord", HostileModels.NODE)
            .input(dataset)
            .input(MaliciousModels.path(model, file))
            .input(model.constant("compression", Tensors.string(""))));
    return model.write(directory);
  }

  /**
   * By {@code CreateSummaryFileWriter}.
   *
   * @param folder that holds the file
   */
  public static Path summary(Path directory, Path folder) {
    SavedModelWriter model = new SavedModelWriter();
    HostileModels.identity(model);
    model.initialiser(
        model
            .node("CreateSummaryFileWriter", HostileModels.NODE)
            .input(model.node("SummaryWriter", "writer"))
            .input(MaliciousModels.path(model, folder))
            .input(model.constant("queue", Tensors.ints(new int[] {0})))
            .input(model.constant("flush", Tensors.ints(new int[] {0})))
            .input(model.constant("suffix", Tensors.string(".model"))));
    return model.write(directory);
  }
}
