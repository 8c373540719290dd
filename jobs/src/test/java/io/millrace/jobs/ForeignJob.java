package io.millrace.jobs;

import io.millrace.flink.Inference;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * A job of a user's own, which nothing checks before it runs: scores with the model at its
 * argument.
 */
public final class ForeignJob {
  private ForeignJob() {}

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    Inference.on(env.fromData(1f, 2f, 3f))
        .model("m", 1, args[0])
        .features((number, row) -> row.input("x").put(number))
        .predictions((number, prediction, version) -> number, Types.FLOAT)
        .predictions()
        .sinkTo(new DiscardingSink<>());
    env.execute("foreign");
  }
}
