package io.millrace.jobs.cli;

import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.LocalFlink;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/** Runs a job on a Flink inside this JVM until it ends, or somebody ends it. */
final class LocalJob {
  private LocalJob() {}

  /** Adds a job's operators to an environment. */
  @FunctionalInterface
  interface Builder {
    void addTo(StreamExecutionEnvironment environment)
        throws ConfigurationException, IOException, ModelException, InterruptedException;
  }

  /**
   * The job as it is to be run here.
   *
   * @param flink Flink's own configuration, with which its file systems are started
   */
  static StreamGraph graph(String name, Configuration flink, Builder builder)
      throws ConfigurationException, IOException, ModelException, InterruptedException {
    Locations.initializeFileSystems(flink);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(flink);
    builder.addTo(environment);
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName(name);
    return graph;
  }

  /**
   * @param flink Flink's own configuration
   * @throws CommandException if the job fails, with what it failed of
   */
  static void run(StreamGraph graph, Configuration flink, PrintWriter out) throws Exception {
    run(graph, flink, out, null);
  }

  /**
   * As the other, and says how it goes on.
   *
   * @param progress where; null for a job that has no end to come near to
   */
  static void run(
      StreamGraph graph, Configuration flink, PrintWriter out, @Nullable ProgressLine progress)
      throws Exception {
    int slots =
        graph.getStreamNodes().stream().mapToInt(node -> node.getParallelism()).max().orElse(1);
    try (LocalFlink local = LocalFlink.start(flink, slots)) {
      Thread stop = new Thread(() -> stop(local), "millrace stop");
      Runtime.getRuntime().addShutdownHook(stop);
      out.println("web UI at " + local.address() + "; Ctrl-C ends the job");
      out.flush();
      Optional<Throwable> failure =
          progress == null
              ? local.run(graph)
              : local.runUntilFinished(graph, () -> progress.show(local.progress().now()));
      if (failure.isPresent()) {
        if (progress != null) {
          progress.abandon();
        }
        throw CommandException.failed("the job failed: " + reason(failure.get()), failure.get());
      }
      if (progress != null) {
        progress.end(local.progress().now());
      }
    }
  }

  private static void stop(LocalFlink local) {
    try {
      local.close();
    } catch (Exception e) {
      // The JVM is on its way out, and what was not committed does not show.
      System.err.println("millrace: Flink did not end in good order: " + e.getMessage());
    }
  }

  // Flink wraps a failure many times over; the innermost says what happened.
  private static String reason(Throwable failure) {
    Throwable reason =
        ExceptionUtils.findThrowable(failure, ModelException.class)
            .<Throwable>map(found -> found)
            .orElse(ExceptionUtils.stripException(failure, RuntimeException.class));
    while (reason.getCause() != null && !(reason instanceof ModelException)) {
      reason = reason.getCause();
    }
    String message = reason.getMessage();
    return message == null ? reason.getClass().getSimpleName() : message;
  }
}
