package io.millrace.jobs.cli;

import io.millrace.jobs.LocalFlink;
import io.millrace.jobs.ScoreTopicJob;
import io.millrace.jobs.ScoreTopicOptions;
import io.millrace.jobs.YamlConfiguration;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** A job as {@code score-topic} runs it, in the background of a test. */
final class RunningJob implements AutoCloseable {
  private final LocalFlink flink;
  private final CompletableFuture<Optional<Throwable>> end;

  private RunningJob(LocalFlink flink, CompletableFuture<Optional<Throwable>> end) {
    this.flink = flink;
    this.end = end;
  }

  static RunningJob start(Path config, String... overrides) throws Exception {
    Map<String, String> keys = new LinkedHashMap<>();
    for (String override : overrides) {
      String[] pair = override.substring("-D".length()).split("=", 2);
      keys.put(pair[0], pair[1]);
    }
    Configuration configuration = new Configuration();
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    Configuration read = YamlConfiguration.read(config, keys);
    ScoreTopicJob.build(environment, read);
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName(read.get(ScoreTopicOptions.JOB_NAME));
    LocalFlink flink = LocalFlink.start(configuration, 2);
    CompletableFuture<Optional<Throwable>> end =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return flink.run(graph);
              } catch (Exception e) {
                return Optional.of(e);
              }
            });
    return new RunningJob(flink, end);
  }

  /** Ends the job; one that had failed fails the test. */
  @Override
  public void close() throws Exception {
    boolean over = end.isDone();
    flink.close();
    Optional<Throwable> failure = end.get();
    if (over && failure.isPresent()) {
      throw new AssertionError("the job failed", failure.get());
    }
  }
}
