package io.millrace.jobs;

import java.io.IOException;
import java.nio.file.Path;

/** Somebody else's job, which ends the TaskManager's JVM as if nothing were wrong. */
final class HaltingJob {
  private static final String SOURCE =
      """
      import java.util.Map;
      import org.apache.flink.configuration.Configuration;
      import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
      import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

      public class HaltingMain {
        public static class Halt implements org.apache.flink.api.common.functions.MapFunction<Long, Long> {
          @Override
          public Long map(Long value) {
            Runtime.getRuntime().halt(0);
            return value;
          }
        }

        public static void main(String[] args) throws Exception {
          Configuration once = Configuration.fromMap(Map.of("restart-strategy.type", "none"));
          StreamExecutionEnvironment env =
              StreamExecutionEnvironment.getExecutionEnvironment(once);
          env.fromSequence(1, 10).map(new Halt()).sinkTo(new DiscardingSink<>());
          env.execute("halt");
        }
      }
      """;

  private HaltingJob() {}

  /**
   * @param folder for the source, the classes and the jar
   * @param lib Flink's jars
   */
  static Path jar(Path folder, Path lib) throws IOException {
    return CompiledJob.jar(folder, lib, "HaltingMain", SOURCE);
  }
}
