package io.millrace.tensorflow;

import io.millrace.model.LoadOptions;
import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.RewriterConfig;

/** How TensorFlow is to run a graph. */
final class SessionConfig {
  private SessionConfig() {}

  static ConfigProto of(LoadOptions options, GraphDef graph) {
    ConfigProto.Builder config =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(options.intraOpParallelism())
            .setInterOpParallelismThreads(options.interOpParallelism())
            .setAllowSoftPlacement(true);
    config.getGraphOptionsBuilder().getRewriteOptionsBuilder().setRemapping(remapping(graph));
    return config.build();
  }

  /**
   * Remapping fuses MatMul or Conv2D with the BiasAdd and Relu behind it into one oneDNN op, whose
   * set-up costs a small dense network more than it saves: without it, layers of 32 run 1.9 times
   * as fast on 1 row, 1.4 on 32 and 0.9 on 512. Convolutions gain from it by up to 1.25.
   */
  private static RewriterConfig.Toggle remapping(GraphDef graph) {
    boolean convolves =
        Stream.concat(
                Stream.of(graph.getNodeList()),
                graph.getLibrary().getFunctionList().stream().map(FunctionDef::getNodeDefList))
            .flatMap(List::stream)
            .anyMatch(node -> node.getOp().contains("Conv"));
    return convolves ? RewriterConfig.Toggle.DEFAULT : RewriterConfig.Toggle.OFF;
  }
}
