package io.millrace.testing.models;

import static org.tensorflow.proto.DataType.DT_FLOAT;
import static org.tensorflow.proto.DataType.DT_INT32;
import static org.tensorflow.proto.DataType.DT_INT64;

import java.nio.file.Path;
import org.tensorflow.proto.AttrValue;

/**
 * Versions that hold up, end or exhaust the process that loads them. Every method writes into the
 * given directory (a version's, so {@code base/7}) and returns it.
 */
public final class TroublesomeModels {
  private TroublesomeModels() {}

  /**
   * As {@link SavedModels#constantVersion(Path, long)}, but slow: each step is a product of two 512
   * x 512 matrices, a few milliseconds of one core.
   *
   * @param loadSteps run by the initialiser, in one native call that nothing can interrupt
   * @param runSteps run by each call
   */
  public static Path slowVersion(Path directory, long version, int loadSteps, int runSteps) {
    SavedModelWriter model = new SavedModelWriter();
    Node number = SavedModels.version(model, version);
    model.variable("effort", Tensors.longs(new long[] {0}));
    model.initialiser(
        model
            .node("AssignVariableOp", "prepare")
            .input("effort")
            .input(effort(model, "load", loadSteps))
            .attr("dtype", DT_INT64));
    Node sum =
        model
            .node("AddV2", "sum")
            .input(number)
            .input(effort(model, "run", runSteps))
            .attr("T", DT_INT64);
    return SavedModels.writeVersion(directory, model, sum);
  }

  /** An int64 of no dimension, always 0, which no optimiser can tell without the work. */
  private static Node effort(SavedModelWriter model, String scope, int steps) {
    Node size = model.constant(scope + "/size", Tensors.ints(new int[] {512, 512}, 2));
    Node value = random(model, scope + "/0", size);
    for (int i = 1; i <= steps; i++) {
      // Behind the step before it, or all of them would be in memory at once.
      Node factor = random(model, scope + "/" + i, size).input("^" + value.name());
      Node product = SavedModels.binary(model, "MatMul", scope + "/product" + i, value, factor);
      value = SavedModels.unary(model, "Tanh", scope + "/bounded" + i, product);
    }
    Node axes = model.constant(scope + "/axes", Tensors.ints(new int[] {0, 1}, 2));
    Node sum = model.node("Mean", scope + "/mean").input(value).input(axes);
    sum.attr("T", DT_FLOAT).attr("Tidx", DT_INT32).attr("keep_dims", false);
    Node half = model.constant(scope + "/half", Tensors.floats(new float[] {0.5f}));
    Node below = SavedModels.binary(model, "Mul", scope + "/below", sum, half);
    Node zero = SavedModels.unary(model, "Floor", scope + "/zero", below);
    return model.node("Cast", scope).input(zero).attr("SrcT", DT_FLOAT).attr("DstT", DT_INT64);
  }

  private static Node random(SavedModelWriter model, String name, Node size) {
    return model
        .node("RandomUniform", name)
        .input(size)
        .attr("T", DT_INT32)
        .attr("dtype", DT_FLOAT);
  }

  /**
   * As {@link SavedModels#constantVersion(Path, long)}, but loading it ends the process.
   *
   * @param withoutError with exit code 0; else by SIGABRT
   */
  public static Path aborting(Path directory, long version, boolean withoutError) {
    SavedModelWriter model = new SavedModelWriter();
    model.initialiser(
        model
            .node("Abort", "abort")
            .attr("error_msg", "aborted by its initialiser")
            .attr("exit_without_error", withoutError));
    return SavedModels.writeVersion(directory, model, SavedModels.version(model, version));
  }

  /**
   * As {@link SavedModels#constantVersion(Path, long)}, but loading it never ends: the initialiser
   * waits for an element of a queue that nobody fills.
   */
  public static Path hanging(Path directory, long version) {
    SavedModelWriter model = new SavedModelWriter();
    AttrValue.Builder types =
        AttrValue.newBuilder().setList(AttrValue.ListValue.newBuilder().addType(DT_FLOAT));
    Node queue = model.node("FIFOQueueV2", "queue").attr("component_types", types);
    model.initialiser(
        model.node("QueueDequeueV2", "wait").input(queue).attr("component_types", types));
    return SavedModels.writeVersion(directory, model, SavedModels.version(model, version));
  }

  /**
   * As {@link SavedModels#constantVersion(Path, long)}, but its initialiser holds so many tensors
   * of 256 MiB at the same time, every byte of them written.
   */
  public static Path exhausting(Path directory, long version, int tensors) {
    SavedModelWriter model = new SavedModelWriter();
    Node size = model.constant("size", Tensors.ints(new int[] {8192, 8192}, 2));
    Node all = model.node("Pack", "all").attr("T", DT_FLOAT).attr("N", tensors).attr("axis", 0);
    for (int i = 0; i < tensors; i++) {
      all.input(random(model, "large" + i, size));
    }
    Node axes = model.constant("axes", Tensors.ints(new int[] {0, 1, 2}, 3));
    Node mean = model.node("Mean", "mean").input(all).input(axes);
    mean.attr("T", DT_FLOAT).attr("Tidx", DT_INT32).attr("keep_dims", false);
    // Kept, so that no optimiser drops the tensors.
    model.variable("held", Tensors.floats(new float[] {0}));
    model.initialiser(
        model.node("AssignVariableOp", "hold").input("held").input(mean).attr("dtype", DT_FLOAT));
    return SavedModels.writeVersion(directory, model, SavedModels.version(model, version));
  }
}
