package io.millrace.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.millrace.connectors.control.CommandPublisher;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.model.Command;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.CommandResult;
import io.millrace.testing.processes.FlinkCluster;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Credentials in everything that takes them, on real processes, while things go well and while they
 * go wrong: none turns up in a log, a metric, an exception, an event or what a command prints.
 */
class SecretsITCase {
  private static final long SEED = Long.getLong("millrace.seed", System.nanoTime());

  /** What the processes write, but for what is theirs to keep: the job's jar, checkpoints. */
  private static final String LOGS = ".*\\.log(\\.[0-9]+)?|.*\\.out";

  private static final Pattern COUNTED = Pattern.compile("num_inferences\",\"value\":\"[1-9]");

  private static final List<String> ONE_SLOT = List.of("-p", "1");

  /** A request's first line may have 4,096 characters. */
  private static final int METRICS_A_REQUEST = 10;

  @TempDir static Path folder;

  private final PlantedSecrets secrets = new PlantedSecrets(SEED);
  private final String password = secrets.plant("the password for Kafka");
  private final String wrongPassword = secrets.plant("a wrong password for Kafka");
  private final String keystorePassword = secrets.plant("the password of a key store");
  private final String accessKey = secrets.plant("the access key for S3");
  private final String secretKey = secrets.plant("the secret key for S3");
  private final String wrongSecretKey = secrets.plant("a wrong secret key for S3");
  private final String wrongAccessKey = secrets.plant("a wrong access key for S3");
  private final String userInfo = secrets.plant("user-info of a location");
  private final String registryPassword = secrets.plant("the password for a schema registry");
  private final String signature = secrets.plant("the signature of a location");

  /** Everything that was said, beside the logs. */
  private final List<String> said = new ArrayList<>();

  @Test
  void credentials_whateverHappens_turnUpNowhere() throws Exception {
    System.out.println("seed " + SEED);
    try (S3Server s3 = S3Server.start(S3Server.jars(), folder.resolve("s3"), accessKey, secretKey);
        KafkaBroker broker =
            KafkaBroker.startWithSasl(
                KafkaBroker.jars(), folder.resolve("kafka"), "alice", password);
        ClusterBench bench = new ClusterBench(folder, broker, flink -> configure(flink, s3));
        ScoringTopics topics = bench.topics("secrets");
        EventLog events = new EventLog(topics)) {
      s3.createBucket("models");
      s3.createBucket("locked");
      try (S3Files files = new S3Files(s3)) {
        files.put(SavedModels.constantVersion(folder.resolve("fraud/2"), 2), "s3://models/fraud/2");
      }
      topics.version(1);
      String job =
          bench.submit(topics, ClusterBench.JOB_JAR, ONE_SLOT, arguments(bench, topics, password));
      events.awaitActive(0, 1, 1);
      publish(topics, 2, "s3://models/fraud/2");
      events.awaitActive(0, 2, 1);
      topics.sendNumbers(0, 200);
      topics.awaitOutputs();

      refuse(bench, topics);
      reject(topics, events);
      verify(s3);
      String failing = submitWithRegistry(bench, topics);
      ScoringTopics.await("the job fails", () -> exceptions(bench, failing) > 0);
      s3.close();
      publish(topics, 6, "s3://models/fraud/6");
      awaitRejection(events, 6, ModelReason.FETCH_FAILED);

      ScoringTopics.await(
          "records are counted", () -> COUNTED.matcher(jobMetrics(bench, job)).find());
      listen(bench, topics, job);
      listen(bench, topics, failing);
    }
    List<String> logged = secrets.below(folder.resolve("flink"), LOGS);
    assertThat(logs())
        .contains(
            "s3.access-key, ******", "s3.secret-key, ******", "FETCH_FAILED", "Trying again in");
    assertThat(logged).isEmpty();
    assertThat(String.join("\n", said))
        .contains(
            "NOT_FOUND",
            "numRegisteredTaskManagers\",\"value\":\"1\"",
            "Status.Shuffle.Netty.TotalMemorySegments\",\"value\":\"",
            "as announced, got",
            "AccessDeniedException: s3://locked");
    assertThat(secrets.in(String.join("\n", said))).isEmpty();
  }

  private FlinkCluster.Builder configure(FlinkCluster.Builder flink, S3Server s3) {
    S3Files.settings(s3).forEach(flink::set);
    return flink
        .set("taskmanager.numberOfTaskSlots", "3")
        .set("s3.bucket.locked.secret.key", wrongSecretKey)
        // What the REST interface says of metrics is as old as that: ten seconds by default.
        .set("metrics.fetcher.update-interval", "200 ms");
  }

  private String[] arguments(
      ClusterBench bench, ScoringTopics topics, String kafkaPassword, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-Dkafka.bootstrap-servers=" + bench.broker.saslBootstrapServers(),
                "-Dkafka.properties.security.protocol=SASL_PLAINTEXT",
                "-Dkafka.properties.sasl.mechanism=PLAIN",
                "-Dkafka.properties.sasl.jaas.config="
                    + "org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"alice\" password=\""
                    + kafkaPassword
                    + "\";",
                "-Dkafka.properties.ssl.keystore.password=" + keystorePassword,
                "-Dmodel.max-num-load-retries=1",
                "-Dmodel.load-retry-interval=1 ms",
                "-Dmodel.roots=[\"%s\", \"s3://models/\", \"s3://locked/\"]"
                    .formatted(topics.models)));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private String submitWithRegistry(ClusterBench bench, ScoringTopics topics) throws Exception {
    HttpServer registry =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String userInfo = "alice:" + registryPassword;
    String basic = "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(UTF_8));
    registry.createContext(
        "/subjects",
        exchange -> {
          boolean known = basic.equals(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.sendResponseHeaders(known ? 200 : 401, 2);
          exchange.getResponseBody().write("[]".getBytes(UTF_8));
          exchange.close();
        });
    registry.start();
    try {
      return bench.submit(
          topics,
          ClusterBench.JOB_JAR,
          ONE_SLOT,
          wrongDigest(bench, topics, registry.getAddress(), userInfo));
    } finally {
      registry.stop(0);
    }
  }

  /** Of a job whose first version is not what it is said to be. */
  private String[] wrongDigest(
      ClusterBench bench, ScoringTopics topics, InetSocketAddress registry, String userInfo) {
    return arguments(
        bench,
        topics,
        password,
        "-Djob.name=failing",
        "-Dinput.format=avro-confluent",
        "-Dinput.schema-registry.url=http://127.0.0.1:" + registry.getPort(),
        "-Dinput.schema-registry.basic-auth.user-info=" + userInfo,
        "-Dmodel.name=failing",
        "-Dmodel.version-policy=1",
        "-Dmodel.digest=sha256:" + "0".repeat(64));
  }

  /** Jobs that are refused when they are submitted. */
  private void refuse(ClusterBench bench, ScoringTopics topics) throws Exception {
    for (String[] arguments :
        List.of(
            arguments(bench, topics, wrongPassword),
            arguments(bench, topics, password, "--ssl.key.password=" + keystorePassword))) {
      CommandResult result = bench.trySubmit(topics, ClusterBench.JOB_JAR, ONE_SLOT, arguments);
      assertThat(result.exitCode()).as(result.out()).isNotZero();
      said.add(result.out() + result.err());
    }
  }

  /** Commands that are refused, and versions that are rejected. */
  private void reject(ScoringTopics topics, EventLog events) throws Exception {
    publish(topics, 3, "s3://models/fraud/3");
    awaitRejection(events, 3, ModelReason.NOT_FOUND);
    publish(topics, 4, "s3://key:" + userInfo + "@models/fraud/4");
    awaitRejection(events, 4, ModelReason.OUTSIDE_ROOTS);
    publish(topics, 5, "s3://models/fraud/5?X-Amz-Signature=" + signature);
    awaitRejection(events, 5, ModelReason.OUTSIDE_ROOTS);
    publish(topics, 5, "s3://models/fraud/5?X-Amz-Signature=" + signature + "1");
    awaitRejection(events, 5, ModelReason.CONFLICT);
    publish(topics, 7, "s3://locked/fraud/7");
    awaitRejection(events, 7, ModelReason.FETCH_FAILED);
  }

  /** The command line, with keys that S3 refuses. */
  private void verify(S3Server s3) throws Exception {
    Map<String, String> settings = new TreeMap<>(S3Files.settings(s3));
    settings.put("s3.access-key", wrongAccessKey);
    settings.put("s3.secret-key", wrongSecretKey);
    StringBuilder config =
        new StringBuilder(Files.readString(ClusterBench.HOME.resolve("conf/flink/config.yaml")));
    settings.forEach((name, value) -> config.append("%s: %s%n".formatted(name, value)));
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(conf.resolve("config.yaml"), config);
    CommandResult result =
        CommandResult.of(
            List.of(
                "env",
                "FLINK_CONF_DIR=" + conf,
                ClusterBench.HOME.resolve("bin/millrace").toString(),
                "model",
                "verify",
                "--verbose",
                "s3://models/fraud/2"),
            folder,
            Duration.ofMinutes(3));
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.err()).contains("AccessDeniedException: s3://models/fraud/2", "\tat ");
    said.add(result.out() + result.err());
  }

  private static void publish(ScoringTopics topics, long version, String uri) throws Exception {
    try (CommandPublisher publisher =
        CommandPublisher.open(
            new KafkaClientProperties(topics.broker.bootstrapServers(), Map.of()),
            topics.topic("models"))) {
      publisher.send(new Command.Publish("m", version, URI.create(uri), null, 0, true, null));
    }
  }

  private static void awaitRejection(EventLog events, long version, ModelReason reason)
      throws Exception {
    events.await(
        0,
        "rejects version " + version + " with " + reason,
        event -> event.version() == version && event.reason() == reason);
  }

  private static int exceptions(ClusterBench bench, String job) throws Exception {
    return bench.get("jobs/" + job + "/exceptions").at("/exceptionHistory/entries").size();
  }

  /** What the cluster and the topics say of a job: events, exceptions, metrics. */
  private void listen(ClusterBench bench, ScoringTopics topics, String job) throws Exception {
    for (ConsumerRecord<byte[], byte[]> event : topics.read("events")) {
      said.add(new String(event.value(), UTF_8));
    }
    for (String path : List.of("", "/config", "/exceptions", "/plan")) {
      said.add(bench.flink.get("jobs/" + job + path));
    }
    said.add(jobMetrics(bench, job));
    said.add(metrics(bench, "jobmanager/metrics"));
    for (JsonNode taskManager : bench.get("taskmanagers").path("taskmanagers")) {
      said.add(metrics(bench, "taskmanagers/" + taskManager.path("id").asText() + "/metrics"));
    }
  }

  /** All metrics of a job, its tasks and its coordinators. */
  private static String jobMetrics(ClusterBench bench, String job) throws Exception {
    StringBuilder metrics = new StringBuilder(metrics(bench, "jobs/" + job + "/metrics"));
    for (JsonNode vertex : bench.get("jobs/" + job).path("vertices")) {
      String path = "jobs/" + job + "/vertices/" + vertex.path("id").asText();
      metrics.append(metrics(bench, path + "/metrics"));
      metrics.append(metrics(bench, path + "/jm-operator-metrics"));
    }
    return metrics.toString();
  }

  /** Names and values: a path lists the names, and has the values of those that it is asked for. */
  private static String metrics(ClusterBench bench, String path) throws Exception {
    List<String> names = bench.get(path).findValuesAsText("id");
    StringBuilder values = new StringBuilder();
    for (int from = 0; from < names.size(); from += METRICS_A_REQUEST) {
      String asked =
          names.subList(from, Math.min(names.size(), from + METRICS_A_REQUEST)).stream()
              .map(name -> URLEncoder.encode(name, UTF_8))
              .collect(Collectors.joining(","));
      values.append(bench.flink.get(path + "?get=" + asked));
    }
    return values.toString();
  }

  private static String logs() throws IOException {
    StringBuilder logs = new StringBuilder();
    try (Stream<Path> files = Files.list(folder.resolve("flink"))) {
      for (Path file : files.filter(it -> it.toString().endsWith(".log")).toList()) {
        logs.append(Files.readString(file));
      }
    }
    return logs.toString();
  }
}
