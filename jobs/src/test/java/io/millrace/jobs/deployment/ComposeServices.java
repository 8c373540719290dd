package io.millrace.jobs.deployment;

import io.millrace.jobs.deployment.Compose.Service;
import io.millrace.testing.processes.CommandProcess;
import io.millrace.testing.processes.HdfsCluster;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.ReservedPort;
import io.millrace.testing.processes.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The services of compose.yaml that run in this repository's image, as plain processes: the file's
 * commands, settings and health checks and the image's entry point, with the servers' and the
 * image's names and places replaced by those of this machine. Owns what it started.
 */
final class ComposeServices implements AutoCloseable {
  private static final Path ENTRYPOINT =
      Path.of("..", "docker", "entrypoint.sh").toAbsolutePath().normalize();
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final String METRICS = "http://localhost:9249/metrics";

  private final Compose compose;
  private final Path distribution;
  private final Path directory;
  private final Map<String, String> places = new LinkedHashMap<>();
  private final ReservedPort rest = ReservedPort.reserve();
  private final List<ReservedPort> ports = new ArrayList<>(List.of(rest));
  private final Deque<CommandProcess> processes = new ArrayDeque<>();
  private final HttpClient http = HttpClient.newHttpClient();

  ComposeServices(
      Compose compose,
      Path distribution,
      Path directory,
      KafkaBroker kafka,
      HdfsCluster hdfs,
      S3Server s3)
      throws IOException {
    this.compose = compose;
    this.distribution = distribution;
    this.directory = directory;
    places.put("kafka:9092", kafka.bootstrapServers());
    places.put("hdfs://namenode:8020/", hdfs.uri().toString());
    places.put("http://s3:9000", s3.endpoint().toString());
    places.put("s3.access-key: millrace\n", "s3.access-key: " + s3.accessKey() + "\n");
    places.put("s3.secret-key: millrace-demo\n", "s3.secret-key: " + s3.secretKey() + "\n");
    places.put("jobmanager:8081", "localhost:" + rest.number());
    places.put("localhost:8081", "localhost:" + rest.number());
    places.put("address: jobmanager", "address: localhost");
    places.put("/opt/millrace/", distribution + "/");
    places.put("/var/lib/millrace/", directory + "/");
    // Ports that are the container's own are everybody's here.
    places.put(
        "rest.address:",
        "rest.port: %d\njobmanager.rpc.port: %d\nblob.server.port: 0\nrest.address:"
            .formatted(rest.number(), reserve()));
  }

  private int reserve() throws IOException {
    ReservedPort port = ReservedPort.reserve();
    ports.add(port);
    return port.number();
  }

  /** Runs a service that ends, as {@code service_completed_successfully} waits for it. */
  void complete(String name) throws IOException, InterruptedException {
    start(name).awaitSuccess(DEADLINE);
  }

  /** The same with another command, as {@code docker compose run} has it. */
  void complete(String name, List<String> command) throws IOException, InterruptedException {
    start(compose.service(name), command, name + "-run", 0).awaitSuccess(DEADLINE);
  }

  CommandProcess start(String name) throws IOException {
    return start(compose.service(name), name, 0);
  }

  /**
   * Starts all its replicas, and waits for them as {@code service_healthy} does.
   *
   * @return the addresses at which they show their metrics
   */
  List<URI> startHealthy(String name) throws IOException, InterruptedException {
    Service service = compose.service(name);
    Map<URI, CommandProcess> replicas = new LinkedHashMap<>();
    for (int i = 1; i <= service.replicas(); i++) {
      int port = reserve();
      replicas.put(
          URI.create("http://localhost:" + port + "/metrics"),
          start(service, name + "-" + i, port));
    }
    for (Map.Entry<URI, CommandProcess> replica : replicas.entrySet()) {
      String check = healthCheck(service);
      URI health = check.contains(METRICS) ? replica.getKey() : URI.create(check);
      awaitHealthy(replica.getValue(), health);
    }
    return List.copyOf(replicas.keySet());
  }

  private String healthCheck(Service service) {
    List<String> test = service.healthcheck();
    if (!test.subList(0, 3).equals(List.of("CMD", "curl", "-fsS"))) {
      throw new AssertionError(service.name() + ": expected a check by curl, got " + test);
    }
    return here(test.get(3));
  }

  private void awaitHealthy(CommandProcess process, URI check)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + DEADLINE.toNanos();
    IOException last = null;
    while (System.nanoTime() - end < 0 && process.isAlive()) {
      try {
        get(check);
        return;
      } catch (IOException e) {
        last = e;
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    throw process.failure("is not healthy: " + check, last);
  }

  private CommandProcess start(Service service, String name, int metricsPort) throws IOException {
    return start(service, service.command(), name, metricsPort);
  }

  private CommandProcess start(
      Service service, List<String> arguments, String name, int metricsPort) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", ENTRYPOINT.toString()));
    arguments.forEach(argument -> command.add(here(argument)));
    Map<String, String> environment = new LinkedHashMap<>();
    service.environment().forEach((key, value) -> environment.put(key, here(value)));
    environment.computeIfPresent(
        "FLINK_PROPERTIES",
        (key, value) -> value + "metrics.reporter.prometheus.port: " + metricsPort + "\n");
    environment.put("MILLRACE_HOME", distribution.toString());
    environment.put("FLINK_LOG_DIR", Files.createDirectories(directory.resolve(name)).toString());
    CommandProcess process = CommandProcess.start(name, command, environment, directory);
    processes.push(process);
    return process;
  }

  private String here(String text) {
    String local = text;
    for (Map.Entry<String, String> place : places.entrySet()) {
      local = local.replace(place.getKey(), place.getValue());
    }
    return local;
  }

  /** What the JobManager's REST API answers. */
  String rest(String path) throws IOException, InterruptedException {
    return get(URI.create("http://localhost:" + rest.number() + path));
  }

  /**
   * @throws IOException if the answer is no 200
   */
  String get(URI address) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(address).timeout(Duration.ofMinutes(1)).build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(address + " answered " + answer.statusCode() + ": " + answer.body());
    }
    return answer.body();
  }

  /** How those that went on ended when they were asked to, by the names of their logs. */
  Map<String, Integer> stop() {
    Map<String, Integer> codes = new LinkedHashMap<>();
    while (!processes.isEmpty()) {
      CommandProcess process = processes.pop();
      boolean alive = process.isAlive();
      process.close();
      if (alive) {
        codes.put(process.log().getFileName().toString(), process.exitCode());
      }
    }
    return codes;
  }

  @Override
  public void close() throws IOException {
    stop();
    for (ReservedPort port : ports) {
      port.close();
    }
  }
}
