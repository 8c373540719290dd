package io.millrace.testing.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker (KRaft, combined with its controller) in a JVM of its own.
 *
 * <pre>{@code
 * try (KafkaBroker broker = KafkaBroker.start(KafkaBroker.jars(), temporaryFolder)) {
 *   broker.createTopic("transactions", 2);
 *   producer(broker.bootstrapServers()).send(...);
 *   broker.kill();
 *   broker.restart();
 * }
 * }</pre>
 *
 * <p>Topics are not created by use. Records are kept whatever their timestamps. Not thread-safe.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration REQUEST = Duration.ofSeconds(20);
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx256m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError",
          "-Dlog4j2.level=INFO");

  private final Path jars;
  private final Path directory;
  private final String clusterId = Uuid.randomUuid().toString();
  private final ReservedPort port;
  private final ReservedPort controllerPort;
  private final @Nullable SaslListener sasl;
  private ChildJvm process;

  private KafkaBroker(
      Path jars,
      Path directory,
      ReservedPort port,
      ReservedPort controllerPort,
      @Nullable SaslListener sasl)
      throws IOException, InterruptedException {
    this.jars = jars;
    this.directory = directory;
    this.port = port;
    this.controllerPort = controllerPort;
    this.sasl = sasl;
    Files.writeString(configuration(), properties());
    format();
    this.process = launch();
  }

  /** The broker's jars where the build puts them, below system property millrace.processes. */
  public static Path jars() {
    return ProcessJars.folder("kafka");
  }

  /**
   * Starts a broker; returns when it answers, after about four seconds.
   *
   * @param jars the folder with the broker's jars
   * @param directory an empty or missing folder for its data, configuration and log
   * @throws IOException if it does not start, with the end of its log
   */
  public static KafkaBroker start(Path jars, Path directory)
      throws IOException, InterruptedException {
    return start(jars, directory, null);
  }

  /**
   * As {@link #start(Path, Path)}, with a second listener at {@link #saslBootstrapServers} that
   * speaks SASL_PLAINTEXT and admits one user by the mechanism PLAIN.
   *
   * @param user letters and digits
   * @param password without quotes and backslashes
   */
  public static KafkaBroker startWithSasl(Path jars, Path directory, String user, String password)
      throws IOException, InterruptedException {
    return start(jars, directory, SaslListener.reserve(user, password));
  }

  private static KafkaBroker start(Path jars, Path directory, @Nullable SaslListener sasl)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    ReservedPort port = ReservedPort.reserve();
    ReservedPort controllerPort = ReservedPort.reserve();
    boolean started = false;
    try {
      KafkaBroker broker = new KafkaBroker(jars, directory, port, controllerPort, sasl);
      started = true;
      return broker;
    } finally {
      if (!started) {
        port.close();
        controllerPort.close();
        if (sasl != null) {
          sasl.close();
        }
      }
    }
  }

  /** {@code 127.0.0.1:<port>}, the same for the life of this object. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port.number();
  }

  /** The address that asks for a password; only of a broker that was started with one. */
  public String saslBootstrapServers() {
    if (sasl == null) {
      throw new IllegalStateException("this broker has no SASL listener: use startWithSasl");
    }
    return sasl.address();
  }

  /** Creates a topic with the broker's default settings. */
  public void createTopic(String name, int partitions) throws IOException, InterruptedException {
    createTopic(name, partitions, Map.of());
  }

  /**
   * @param settings of the topic, such as {@code cleanup.policy}
   * @throws IOException if the broker refuses, as it does where the topic exists
   */
  public void createTopic(String name, int partitions, Map<String, String> settings)
      throws IOException, InterruptedException {
    NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(settings);
    try (Admin admin = admin()) {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      throw new IOException(
          "cannot create topic '" + name + "' on " + bootstrapServers(), e.getCause());
    }
  }

  /** Shuts the broker down in good order; {@link #restart} brings it back. Idempotent. */
  public void stop() {
    process.close();
  }

  /** Ends the broker with signal 9; {@link #restart} brings it back. Idempotent. */
  public void kill() {
    process.kill();
  }

  /** Starts the broker again on the same port and data; one that still runs is stopped first. */
  public void restart() throws IOException, InterruptedException {
    stop();
    process = launch();
  }

  @Override
  public void close() throws IOException {
    stop();
    port.close();
    controllerPort.close();
    if (sasl != null) {
      sasl.close();
    }
  }

  private void format() throws IOException, InterruptedException {
    List<String> arguments = List.of("format", "-t", clusterId, "-c", configuration().toString());
    try (ChildJvm format =
        ChildJvm.start(command("kafka-format", "kafka.tools.StorageTool", arguments))) {
      format.awaitSuccess(START);
    }
  }

  private ChildJvm launch() throws IOException, InterruptedException {
    ChildJvm jvm =
        ChildJvm.start(command("kafka", "kafka.Kafka", List.of(configuration().toString())));
    jvm.awaitReady(START, this::answers);
    return jvm;
  }

  private ChildJvm.Command command(String name, String mainClass, List<String> arguments) {
    return new ChildJvm.Command(name, jars, directory, JVM_OPTIONS, mainClass, arguments);
  }

  /** Answers as this cluster, not as some other that has the port, and takes records. */
  private boolean answers() throws InterruptedException, ExecutionException {
    if (!port.isListening()) {
      return false;
    }
    try (Admin admin = admin()) {
      DescribeClusterResult cluster = admin.describeCluster();
      return cluster.clusterId().get().equals(clusterId) && !cluster.nodes().get().isEmpty();
    }
  }

  private Admin admin() {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers(),
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            Math.toIntExact(REQUEST.toMillis()),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            Math.toIntExact(REQUEST.toMillis())));
  }

  private Path configuration() {
    return directory.toAbsolutePath().resolve("server.properties");
  }

  private String properties() {
    return String.join(
        "\n",
        "process.roles=broker,controller",
        "node.id=1",
        "controller.quorum.voters=1@127.0.0.1:" + controllerPort.number(),
        "controller.listener.names=CONTROLLER",
        "listeners=PLAINTEXT://"
            + bootstrapServers()
            + ",CONTROLLER://127.0.0.1:"
            + controllerPort.number()
            + (sasl == null ? "" : ",SASL://" + sasl.address()),
        sasl == null ? "" : String.join("\n", sasl.properties()),
        "log.dirs=" + directory.toAbsolutePath().resolve("data"),
        "auto.create.topics.enable=false",
        "offsets.topic.replication.factor=1",
        "offsets.topic.num.partitions=1",
        "transaction.state.log.replication.factor=1",
        "transaction.state.log.min.isr=1",
        "transaction.state.log.num.partitions=1",
        // Flink's default transaction timeout is an hour, the broker's limit a quarter of one.
        "transaction.max.timeout.ms=" + Duration.ofHours(2).toMillis(),
        "group.initial.rebalance.delay.ms=0",
        // A broker that was killed may come back once its old session is over: 9 s by default.
        "broker.session.timeout.ms=4000",
        "broker.heartbeat.interval.ms=500",
        // Replayed records bear old timestamps.
        "log.retention.ms=-1",
        "");
  }
}
