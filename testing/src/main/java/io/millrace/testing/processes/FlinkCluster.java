package io.millrace.testing.processes;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A real Flink session cluster: JobManager, TaskManagers and, where it is highly available,
 * ZooKeeper, each a process of its own, started as {@code bin/millrace cluster} starts them, with
 * the configuration of the distribution. They end with this process, however it ends.
 *
 * <pre>{@code
 * try (FlinkCluster cluster =
 *     FlinkCluster.of(distribution, temporaryFolder).taskManagers(2).highlyAvailable().start()) {
 *   cluster.flink("run", "-d", jobJar, "--config", "fraud.yaml");
 *   cluster.taskManager(0).kill();
 *   cluster.taskManager(0).restart();
 * }
 * }</pre>
 *
 * <p>Not thread-safe, but for {@link #get}.
 */
public final class FlinkCluster implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration REQUEST = Duration.ofMinutes(1);
  private static final Duration COMMAND = Duration.ofMinutes(5);
  private static final Pattern TASK_MANAGERS = Pattern.compile("\"taskmanagers\":([0-9]+)");
  private static final long POLL_MILLIS = 100;

  /** A session lasts at least two of them. */
  private static final String ZOOKEEPER_TICK_MILLIS = "500";

  private final Path home;
  private final Path directory;
  private final Map<String, String> settings;
  private final List<ReservedPort> ports;
  private final @Nullable FlinkProcess zooKeeper;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(REQUEST).build();
  private final FlinkProcess jobManager;
  private final List<FlinkProcess> taskManagers = new ArrayList<>();
  private final List<Integer> rpcPorts = new ArrayList<>();

  /** How a cluster is to be; {@link #start} brings it up. */
  public static final class Builder {
    private final Path home;
    private final Path directory;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, String> jobManagerSettings = new LinkedHashMap<>();
    private int taskManagers = 1;
    private boolean highlyAvailable;
    private List<String> application = List.of();

    private Builder(Path home, Path directory) {
      this.home = home.toAbsolutePath();
      this.directory = directory.toAbsolutePath();
    }

    /** How many TaskManagers; one by default. */
    public Builder taskManagers(int count) {
      this.taskManagers = count;
      return this;
    }

    /** A key of Flink's that counts more than the distribution's config.yaml. */
    public Builder set(String key, String value) {
      settings.put(key, value);
      return this;
    }

    /**
     * As {@link #set}, but for the JobManager's process alone, which does not share its file then.
     */
    public Builder setOnJobManager(String key, String value) {
      jobManagerSettings.put(key, value);
      return this;
    }

    /** With a ZooKeeper, so that another JobManager can go on with the jobs of one that died. */
    public Builder highlyAvailable() {
      this.highlyAvailable = true;
      return this;
    }

    /**
     * For one job, whose main method the JobManager runs: Flink's application mode.
     *
     * @param mainClass of the distribution's job jar
     * @param arguments of the job
     */
    public Builder application(String mainClass, String... arguments) {
      List<String> line = new ArrayList<>(List.of("--", "--job-classname", mainClass, "--"));
      line.addAll(List.of(arguments));
      this.application = List.copyOf(line);
      return this;
    }

    /**
     * Starts the cluster and waits until every TaskManager has registered.
     *
     * @throws IOException if a process does not start, with the end of its log; all are ended then
     */
    public FlinkCluster start() throws IOException, InterruptedException {
      return FlinkCluster.start(this);
    }
  }

  /**
   * @param home the distribution, the build's {@code jobs/target/millrace}
   * @param directory an empty or missing folder for logs, checkpoints and savepoints
   */
  public static Builder of(Path home, Path directory) {
    return new Builder(home, directory);
  }

  private FlinkCluster(Builder builder, List<ReservedPort> ports, @Nullable FlinkProcess zooKeeper)
      throws IOException, InterruptedException {
    this.home = builder.home;
    this.directory = builder.directory;
    this.ports = ports;
    this.zooKeeper = zooKeeper;
    this.settings = builder.settings;
    List<String> arguments = new ArrayList<>();
    builder.jobManagerSettings.forEach((key, value) -> arguments.add("-D" + key + "=" + value));
    arguments.addAll(builder.application);
    String role = builder.application.isEmpty() ? "jobmanager" : "standalone-job";
    this.jobManager = new FlinkProcess(command("jobmanager", role, arguments), this::answers);
  }

  private static FlinkCluster start(Builder builder) throws IOException, InterruptedException {
    Files.createDirectories(builder.directory);
    List<ReservedPort> ports = new ArrayList<>();
    FlinkProcess zooKeeper = null;
    FlinkCluster cluster = null;
    boolean complete = false;
    try {
      ports.add(ReservedPort.reserve());
      ports.add(ReservedPort.reserve());
      defaults(builder, ports);
      if (builder.highlyAvailable) {
        ports.add(ReservedPort.reserve());
        zooKeeper = zooKeeper(builder, ports.get(2));
      }
      cluster = new FlinkCluster(builder, ports, zooKeeper);
      for (int i = 0; i < builder.taskManagers; i++) {
        cluster.addTaskManager();
      }
      cluster.awaitTaskManagers(builder.taskManagers);
      complete = true;
      return cluster;
    } finally {
      if (!complete) {
        close(cluster, zooKeeper, ports);
      }
    }
  }

  private static void defaults(Builder builder, List<ReservedPort> ports) {
    Map<String, String> settings = builder.settings;
    settings.putIfAbsent("rest.port", Integer.toString(ports.get(0).number()));
    settings.putIfAbsent("rest.address", "127.0.0.1");
    settings.putIfAbsent("rest.bind-address", "127.0.0.1");
    settings.putIfAbsent("jobmanager.rpc.address", "127.0.0.1");
    settings.putIfAbsent("jobmanager.rpc.port", Integer.toString(ports.get(1).number()));
    settings.putIfAbsent("taskmanager.host", "127.0.0.1");
    settings.putIfAbsent("metrics.reporter.prometheus.port", "0");
    settings.putIfAbsent("execution.checkpointing.dir", uri(builder, "checkpoints"));
    settings.putIfAbsent("execution.checkpointing.savepoint-dir", uri(builder, "savepoints"));
    settings.putIfAbsent("io.tmp.dirs", builder.directory.resolve("tmp").toString());
    // Where a job's jar is copied in application mode. In Flink's default, /opt/flink/artifacts, a
    // jar of the same name from an earlier run is taken instead.
    settings.putIfAbsent(
        "user.artifacts.base-dir", builder.directory.resolve("artifacts").toString());
  }

  private static String uri(Builder builder, String folder) {
    return builder.directory.resolve(folder).toUri().toString();
  }

  /** The server of Flink's own ZooKeeper, which lies in the distribution's lib/. */
  private static FlinkProcess zooKeeper(Builder builder, ReservedPort port)
      throws IOException, InterruptedException {
    builder.settings.put("high-availability.type", "zookeeper");
    builder.settings.put("high-availability.zookeeper.quorum", "127.0.0.1:" + port.number());
    builder.settings.put("high-availability.storageDir", uri(builder, "ha"));
    // How long a JobManager that was killed goes on being the leader; a minute by default.
    builder.settings.putIfAbsent("high-availability.zookeeper.client.session-timeout", "8 s");
    FlinkProcess process =
        new FlinkProcess(
            new ChildJvm.Command(
                "zookeeper",
                builder.home.resolve("lib"),
                builder.directory,
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-Dzookeeper.admin.enableServer=false"),
                "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain",
                List.of(
                    Integer.toString(port.number()),
                    builder.directory.resolve("zookeeper").toString(),
                    ZOOKEEPER_TICK_MILLIS)),
            port::isListening);
    process.awaitReady();
    return process;
  }

  /** Starts one more TaskManager, at once; {@link #awaitTaskManagers} says when it is there. */
  public FlinkProcess addTaskManager() throws IOException, InterruptedException {
    String name = "taskmanager-" + taskManagers.size();
    ReservedPort port = ReservedPort.reserve();
    ports.add(port);
    String option = "-Dtaskmanager.rpc.port=" + port.number();
    FlinkProcess process =
        new FlinkProcess(command(name, "taskmanager", List.of(option)), () -> true);
    taskManagers.add(process);
    rpcPorts.add(port.number());
    return process;
  }

  /**
   * The TaskManager that the REST interface calls so.
   *
   * @param resourceId such as {@code 127.0.0.1:20117-3f2a9c}
   * @return its index
   */
  public int indexOf(String resourceId) {
    for (int i = 0; i < rpcPorts.size(); i++) {
      if (resourceId.contains(":" + rpcPorts.get(i) + "-")) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "no TaskManager " + resourceId + ": expected one with a port of " + rpcPorts);
  }

  /** Blocks until so many TaskManagers are registered, no more and no fewer. */
  public void awaitTaskManagers(int count) throws IOException, InterruptedException {
    jobManager.awaitReady();
    long deadline = System.nanoTime() + START.toNanos();
    while (registered() != count) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            registered()
                + " TaskManagers registered, expected "
                + count
                + "; logs in "
                + directory);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private int registered() throws IOException, InterruptedException {
    try {
      Matcher matcher = TASK_MANAGERS.matcher(get("overview"));
      return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    } catch (ConnectException e) {
      // A busy machine turns a connection away now and then.
      return 0;
    }
  }

  private boolean answers() throws IOException, InterruptedException {
    return TASK_MANAGERS.matcher(get("overview")).find();
  }

  public FlinkProcess jobManager() {
    return jobManager;
  }

  /**
   * @param index from 0 on, in the order of their start
   */
  public FlinkProcess taskManager(int index) {
    return taskManagers.get(index);
  }

  /** Of the web UI and the REST interface, {@code http://127.0.0.1:<port>/}. */
  public URI address() {
    return URI.create(
        "http://" + settings.get("rest.address") + ":" + settings.get("rest.port") + "/");
  }

  /**
   * What the REST interface answers.
   *
   * @param path below the address, such as {@code jobs/overview}
   * @throws IOException if nobody answers, or with another status than 2xx
   */
  public String get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder().GET(), path);
  }

  /** As {@link #get}, with a body of JSON. */
  public String post(String path, String json) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder()
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)),
        path);
  }

  /** Cancels a job; returns when it has been told so. */
  public void cancel(String job) throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder().method("PATCH", HttpRequest.BodyPublishers.noBody()),
        "jobs/" + job + "?mode=cancel");
  }

  private String send(HttpRequest.Builder request, String path)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            request.uri(address().resolve(path)).timeout(REQUEST).build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(path + ": status " + response.statusCode() + ": " + response.body());
    }
    return response.body();
  }

  /**
   * Runs Flink's own command line against this cluster, {@code bin/flink <action> -m <address>
   * ...}.
   */
  public CommandResult flink(String action, String... arguments)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(home.resolve("bin/flink").toString());
    line.add(action);
    line.add("-m");
    line.add(address().getAuthority());
    line.addAll(List.of(arguments));
    return CommandResult.of(line, directory, COMMAND);
  }

  private ChildJvm.Command command(String name, String role, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(home.resolve("bin/millrace").toString());
    line.addAll(List.of("cluster", "command", role));
    line.addAll(List.of("--log", directory.resolve(name + ".flink.log").toString()));
    settings.forEach((key, value) -> line.add("-D" + key + "=" + value));
    line.addAll(arguments);
    CommandResult printed = CommandResult.of(line, directory, COMMAND);
    if (printed.exitCode() != 0) {
      throw new IOException(String.join(" ", line) + ": " + printed.err());
    }
    List<String> words = ArgumentFile.read(printed.out());
    int classPath = words.indexOf("-cp");
    return new ChildJvm.Command(
        name,
        home.resolve("lib"),
        directory,
        words.subList(0, classPath),
        words.get(classPath + 2),
        words.subList(classPath + 3, words.size()),
        Map.of("FLINK_PLUGINS_DIR", home.resolve("plugins").toString()));
  }

  @Override
  public void close() throws IOException {
    close(this, zooKeeper, ports);
  }

  private static void close(
      @Nullable FlinkCluster cluster, @Nullable FlinkProcess zooKeeper, List<ReservedPort> ports)
      throws IOException {
    if (cluster != null) {
      cluster.taskManagers.forEach(FlinkProcess::kill);
      cluster.jobManager.kill();
    }
    if (zooKeeper != null) {
      zooKeeper.kill();
    }
    for (ReservedPort port : ports) {
      port.close();
    }
  }
}
