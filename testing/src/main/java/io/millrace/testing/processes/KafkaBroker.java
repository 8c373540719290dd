package io.millrace.testing.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
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
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration REQUEST = Duration.ofMinutes(1);
  private static final long POLL_MILLIS = 20;
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx256m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError",
          "-Dlog4j2.level=INFO");

  private final Path jars;
  private final BrokerDirectory directory;
  private final String clusterId;
  private final ReservedPort port;
  private final ReservedPort controllerPort;
  private final @Nullable SaslListener sasl;
  private ChildJvm process;

  private KafkaBroker(
      Path jars,
      BrokerDirectory directory,
      ReservedPort port,
      ReservedPort controllerPort,
      @Nullable SaslListener sasl)
      throws IOException, InterruptedException {
    this.jars = jars;
    this.directory = directory;
    this.port = port;
    this.controllerPort = controllerPort;
    this.sasl = sasl;
    directory.configure(port, controllerPort, sasl);
    Optional<String> formatted = directory.clusterId();
    this.clusterId = formatted.orElseGet(() -> Uuid.randomUuid().toString());
    if (formatted.isEmpty()) {
      format();
    }
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
    return start(jars, new BrokerDirectory(directory), ReservedPort.reserve(), null);
  }

  /**
   * As {@link #start(Path, Path)} at a port of the caller's choice, and with the data that an
   * earlier run left in the directory.
   *
   * @param directory empty, missing or of an earlier run
   * @throws java.net.BindException if the port is taken
   * @throws IOException if the directory is not a broker's, another broker runs on it, or the
   *     broker does not start
   */
  public static KafkaBroker open(Path jars, Path directory, int port)
      throws IOException, InterruptedException {
    BrokerDirectory folder = new BrokerDirectory(directory);
    folder.requireUsable();
    return start(jars, folder, ReservedPort.reserve(port), null);
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
    SaslListener sasl = SaslListener.reserve(user, password);
    return start(jars, new BrokerDirectory(directory), ReservedPort.reserve(), sasl);
  }

  private static KafkaBroker start(
      Path jars, BrokerDirectory directory, ReservedPort port, @Nullable SaslListener sasl)
      throws IOException, InterruptedException {
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
      // The controller has it now; the broker hears of it a moment later.
      long deadline = System.nanoTime() + REQUEST.toNanos();
      while (!knows(admin, name)) {
        if (System.nanoTime() > deadline) {
          throw new IOException(bootstrapServers() + " does not know topic '" + name + "'");
        }
        Thread.sleep(POLL_MILLIS);
      }
    } catch (ExecutionException e) {
      throw new IOException(
          "cannot create topic '" + name + "' on " + bootstrapServers(), e.getCause());
    }
  }

  private static boolean knows(Admin admin, String name)
      throws InterruptedException, ExecutionException {
    try {
      return admin.describeTopics(List.of(name)).allTopicNames().get().containsKey(name);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Blocks until the broker's process ends, by itself or by somebody else's hand.
   *
   * @return its exit code
   */
  public int awaitEnd() throws InterruptedException {
    return process.awaitEnd();
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
    List<String> arguments =
        List.of("format", "-t", clusterId, "-c", directory.configuration().toString());
    try (ChildJvm format =
        ChildJvm.start(command("kafka-format", "kafka.tools.StorageTool", arguments))) {
      format.awaitSuccess(START);
    }
  }

  private ChildJvm launch() throws IOException, InterruptedException {
    ChildJvm jvm =
        ChildJvm.start(
            command("kafka", "kafka.Kafka", List.of(directory.configuration().toString())));
    jvm.awaitReady(START, this::answers);
    return jvm;
  }

  private ChildJvm.Command command(String name, String mainClass, List<String> arguments) {
    return new ChildJvm.Command(name, jars, directory.path(), JVM_OPTIONS, mainClass, arguments);
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
}
