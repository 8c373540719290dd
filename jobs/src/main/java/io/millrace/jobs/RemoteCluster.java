package io.millrace.jobs;

import io.millrace.flink.OffHeapMemory;
import io.millrace.flink.RuntimeJars;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.flink.client.deployment.ClusterClientFactory;
import org.apache.flink.client.deployment.ClusterDescriptor;
import org.apache.flink.client.deployment.DefaultClusterClientServiceLoader;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.ClusterClient;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.rest.messages.DashboardConfigurationHeaders;
import org.apache.flink.runtime.rest.messages.EmptyMessageParameters;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.JobManagerEnvironmentHeaders;
import org.apache.flink.runtime.rest.messages.MessageHeaders;
import org.apache.flink.runtime.rest.messages.ResponseBody;
import org.apache.flink.runtime.rest.messages.taskmanager.TaskManagerInfo;
import org.apache.flink.runtime.rest.messages.taskmanager.TaskManagersHeaders;
import org.apache.flink.runtime.rest.util.RestMapperUtils;
import org.apache.flink.runtime.util.EnvironmentInformation;

/** A session cluster that a client submits to, asked through Flink's own REST client. */
final class RemoteCluster implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(8);

  private static final String MEND =
      "start a cluster, as with 'bin/millrace cluster start', or name another with"
          + " 'flink run -m <host>:<port>' or rest.address and rest.port";

  /** Whose JobManager asks itself has a cluster. */
  private static final String MEND_OWN =
      "expected rest.address and rest.port of config.yaml to lead to it from its own machine";

  private final String name;
  private final String mend;
  private final RestClusterClient<?> client;

  private RemoteCluster(String name, String mend, RestClusterClient<?> client) {
    this.name = name;
    this.mend = mend;
    this.client = client;
  }

  /**
   * Asks the cluster that this configuration leads to; takes 15 s at the most.
   *
   * @throws SubmissionException if nobody answers, or something that is no JobManager of Flink 2
   */
  static ClusterFacts facts(Configuration flink) throws SubmissionException, InterruptedException {
    Configuration impatient = impatient(flink);
    String name = name(impatient);
    try (RemoteCluster cluster = connect(name, impatient)) {
      return cluster.facts();
    }
  }

  /**
   * Those that have registered with the JobManager that runs in this JVM; takes 15 s at the most.
   *
   * @throws SubmissionException if it does not answer at the address that its configuration says
   */
  static List<OffHeapMemory> taskManagersOfThisJobManager(Configuration flink)
      throws SubmissionException, InterruptedException {
    Configuration impatient = impatient(flink);
    String name = name(impatient);
    try (RemoteCluster cluster = own(name, impatient)) {
      return cluster.taskManagers(EnvironmentInformation.getVersion());
    }
  }

  // Flink itself would try for a minute; this is a copy, so that the submission still does.
  private static Configuration impatient(Configuration flink) {
    Configuration impatient = new Configuration(flink);
    impatient.set(RestOptions.RETRY_MAX_ATTEMPTS, 0);
    impatient.set(RestOptions.CONNECTION_TIMEOUT, CONNECT);
    impatient.set(RestOptions.AWAIT_LEADER_TIMEOUT, CONNECT);
    return impatient;
  }

  private static RemoteCluster own(String name, Configuration flink) throws SubmissionException {
    try {
      return new RemoteCluster(
          name, MEND_OWN, new RestClusterClient<>(flink, StandaloneClusterId.getInstance()));
    } catch (Exception e) {
      throw unreachable(name, MEND_OWN, e);
    }
  }

  private static String name(Configuration flink) {
    return "the JobManager at "
        + flink.getOptional(RestOptions.ADDRESS).orElse("localhost")
        + ":"
        + flink.get(RestOptions.PORT);
  }

  private static RemoteCluster connect(String name, Configuration flink)
      throws SubmissionException {
    try {
      return new RemoteCluster(name, MEND, client(flink));
    } catch (Exception e) {
      throw unreachable(name, MEND, e);
    }
  }

  // Whatever the target is called, its clusters are reached by REST.
  private static <ID> RestClusterClient<?> client(Configuration flink) throws Exception {
    ClusterClientFactory<ID> factory =
        new DefaultClusterClientServiceLoader().getClusterClientFactory(flink);
    ID id = factory.getClusterId(flink);
    if (id == null) {
      throw new IllegalArgumentException("no cluster is named");
    }
    try (ClusterDescriptor<ID> descriptor = factory.createClusterDescriptor(flink)) {
      ClusterClient<ID> client = descriptor.retrieve(id).getClusterClient();
      return (RestClusterClient<?>) client;
    }
  }

  private ClusterFacts facts() throws SubmissionException, InterruptedException {
    String version = get(DashboardConfigurationHeaders.getInstance()).getFlinkVersion();
    // Of another Flink, the answers to what follows may look otherwise.
    FlinkVersion.require(name, version);
    return new ClusterFacts(name, version, missing(classPath()), taskManagers(version));
  }

  // Flink 2.2 and 2.3 take each other's jobs, but not each other's lists of TaskManagers: each
  // TaskManager judges for itself there.
  private List<OffHeapMemory> taskManagers(String version)
      throws SubmissionException, InterruptedException {
    List<OffHeapMemory> taskManagers = new ArrayList<>();
    if (FlinkVersion.isSameMinor(version, EnvironmentInformation.getVersion())) {
      for (TaskManagerInfo info : get(TaskManagersHeaders.getInstance()).getTaskManagerInfos()) {
        memory(info).ifPresent(taskManagers::add);
      }
    }
    return taskManagers;
  }

  private static Optional<OffHeapMemory> memory(TaskManagerInfo info) {
    Long bytes = info.getMemoryConfiguration().getTaskOffHeap();
    return bytes == null
        ? Optional.empty()
        : Optional.of(
            new OffHeapMemory("TaskManager " + info.getResourceId(), bytes, info.getNumberSlots()));
  }

  /** The JobManager's; its TaskManagers are taken to have the same lib/. */
  private List<String> classPath() throws SubmissionException, InterruptedException {
    List<String> paths = new ArrayList<>();
    RestMapperUtils.getStrictObjectMapper()
        .valueToTree(get(JobManagerEnvironmentHeaders.getInstance()))
        .path("classpath")
        .forEach(path -> paths.add(path.asText()));
    return paths;
  }

  /**
   * @param classPath jars, by their paths on the cluster's machine
   */
  static List<String> missing(List<String> classPath) {
    List<String> names = new ArrayList<>();
    for (String entry : classPath) {
      for (String path : entry.split(Pattern.quote(File.pathSeparator))) {
        names.add(path.substring(path.lastIndexOf('/') + 1));
      }
    }
    return RuntimeJars.REQUIRED.stream()
        .filter(artifact -> names.stream().noneMatch(name -> RuntimeJars.isJarOf(artifact, name)))
        .toList();
  }

  private <P extends ResponseBody> P get(
      MessageHeaders<EmptyRequestBody, P, EmptyMessageParameters> headers)
      throws SubmissionException, InterruptedException {
    CompletableFuture<P> answer =
        client.sendRequest(
            headers, EmptyMessageParameters.getInstance(), EmptyRequestBody.getInstance());
    try {
      P response = answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
      if (response == null) {
        throw new IOException("an empty answer");
      }
      return response;
    } catch (ExecutionException | TimeoutException | IOException e) {
      throw unreachable(name, mend, e);
    }
  }

  private static SubmissionException unreachable(String name, String mend, Exception e) {
    Throwable reason = e;
    while (reason.getCause() != null) {
      reason = reason.getCause();
    }
    String message = reason.getMessage();
    return new SubmissionException(
        name
            + " does not answer as one of Flink 2 does ("
            + (message == null
                ? reason.getClass().getSimpleName()
                : message.lines().findFirst().orElse(""))
            + "): "
            + mend,
        e);
  }

  @Override
  public void close() {
    client.close();
  }
}
