package io.millrace.jobs.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.rest.handler.legacy.messages.ClusterOverviewWithVersion;
import org.apache.flink.runtime.rest.messages.EmptyMessageParameters;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.taskmanager.TaskManagerInfo;
import org.apache.flink.runtime.rest.messages.taskmanager.TaskManagersHeaders;

/** A running cluster as its JobManager's REST interface shows it. */
final class ClusterView implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final RestClusterClient<StandaloneClusterId> client;

  private ClusterView(RestClusterClient<StandaloneClusterId> client) {
    this.client = client;
  }

  /**
   * Connects to nothing yet.
   *
   * @param configuration the cluster's
   */
  static ClusterView of(Configuration configuration) throws ClusterException {
    Configuration impatient = new Configuration(configuration);
    impatient.set(RestOptions.RETRY_MAX_ATTEMPTS, 0);
    impatient.set(RestOptions.CONNECTION_TIMEOUT, ANSWER);
    try {
      return new ClusterView(new RestClusterClient<>(impatient, StandaloneClusterId.getInstance()));
    } catch (Exception e) {
      throw new ClusterException("no REST client for this configuration: " + e.getMessage(), e);
    }
  }

  ClusterOverviewWithVersion overview() throws TimeoutException, InterruptedException {
    return get(client.getClusterOverview());
  }

  List<TaskManagerInfo> taskManagers() throws TimeoutException, InterruptedException {
    return List.copyOf(
        get(client.sendRequest(
                TaskManagersHeaders.getInstance(),
                EmptyMessageParameters.getInstance(),
                EmptyRequestBody.getInstance()))
            .getTaskManagerInfos());
  }

  /**
   * What the registered TaskManagers call themselves.
   *
   * @param ready only those whose slots are known too, which come after the registration
   */
  Set<String> taskManagerIds(boolean ready) throws TimeoutException, InterruptedException {
    return taskManagers().stream()
        .filter(it -> !ready || it.getNumberSlots() > 0)
        .map(it -> it.getResourceId().getResourceIdString())
        .collect(Collectors.toUnmodifiableSet());
  }

  Collection<JobStatusMessage> jobs() throws TimeoutException, InterruptedException {
    return get(client.listJobs());
  }

  private static <T> T get(CompletableFuture<T> answer)
      throws TimeoutException, InterruptedException {
    try {
      return answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      TimeoutException silence = new TimeoutException(String.valueOf(e.getCause()));
      silence.initCause(e);
      throw silence;
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
