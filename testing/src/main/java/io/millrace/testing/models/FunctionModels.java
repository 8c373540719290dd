package io.millrace.testing.models;

import static org.tensorflow.proto.DataType.DT_FLOAT;

import java.nio.file.Path;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.OpDef;

/** Models whose work is done by a function of their library, as Keras writes them. */
public final class FunctionModels {
  private FunctionModels() {}

  /** {@code x float32[-1] -> y float32[-1]}: twice x; the 2 is a variable. */
  public static Path twice(Path directory) {
    SavedModelWriter model = new SavedModelWriter();
    model.function(product());
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node y =
        HostileModels.call(model, "product")
            .input(x)
            .input(model.variable("two", Tensors.floats(new float[] {2}, 1)))
            .attr("Tin", MaliciousModels.types(DT_FLOAT, DT_FLOAT))
            .attr("Tout", MaliciousModels.types(DT_FLOAT));
    model.signature("serving_default").input("x", x, DT_FLOAT, -1).output("y", y, DT_FLOAT, -1);
    return model.write(directory);
  }

  private static FunctionDef product() {
    OpDef.ArgDef.Builder argument = OpDef.ArgDef.newBuilder().setType(DT_FLOAT);
    FunctionDef.Builder function = FunctionDef.newBuilder();
    function.setSignature(
        OpDef.newBuilder()
            .setName("product")
            .addInputArg(argument.setName("x").build())
            .addInputArg(argument.setName("factor").build())
            .addOutputArg(argument.setName("y").build()));
    new Node(function.addNodeDefBuilder().setOp("Mul").setName("mul"))
        .input("x")
        .input("factor")
        .attr("T", DT_FLOAT);
    return function.putRet("y", "mul:z:0").build();
  }
}
