package io.millrace.jobs.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;

/**
 * A session cluster of processes on this machine: a JobManager and TaskManagers, which go on until
 * they are stopped. What it needs to know of them lies in its folder, and so do logs, checkpoints
 * and savepoints.
 *
 * <pre>{@code
 * SessionCluster cluster = new SessionCluster(FlinkHome.ofThisJvm(), folder);
 * cluster.start(2, Map.of("rest.port", "8082"));
 * ClusterStatus status = cluster.status();
 * cluster.stop();
 * }</pre>
 *
 * <p>Safe against another process that starts or stops the same cluster.
 */
public final class SessionCluster {
  private static final Duration START = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 200;
  private static final long GRACE_SECONDS = 30;

  private final FlinkHome home;
  private final Path folder;

  /**
   * @param folder the cluster's own; created by {@link #start}
   */
  public SessionCluster(FlinkHome home, Path folder) {
    this.home = home;
    this.folder = folder.toAbsolutePath().normalize();
  }

  /**
   * Starts what does not run yet and waits until every TaskManager has registered.
   *
   * @param taskManagers how many are to run
   * @param overrides keys that count more than those of {@code config.yaml}; none for a cluster
   *     that runs, where those of its start are kept
   * @return how it is then
   * @throws ClusterException if a port is taken, or a process ends or does not answer in time, with
   *     the end of its log; what was started is stopped again
   */
  public ClusterStatus start(int taskManagers, Map<String, String> overrides)
      throws ClusterException, IOException, InterruptedException {
    Files.createDirectories(folder.resolve("log"));
    try (FileChannel channel = lock()) {
      ClusterState before = ClusterState.read(folder);
      boolean running = !before.alive().isEmpty();
      if (running && !overrides.isEmpty() && !before.overrides().equals(overrides)) {
        throw new ClusterException(
            "the cluster in %s runs with %s: expected the same, or 'cluster stop' first"
                .formatted(folder, before.overrides()));
      }
      Map<String, String> keys = running ? before.overrides() : Map.copyOf(overrides);
      return new Start(keys, new ArrayList<>(before.alive())).run(taskManagers);
    }
  }

  /** One call of {@link #start}. */
  private final class Start {
    private final Map<String, String> keys;
    private final List<DaemonProcess> processes;
    private final List<DaemonProcess> started = new ArrayList<>();
    private final Configuration configuration;
    private final JavaArguments arguments;

    Start(Map<String, String> keys, List<DaemonProcess> processes) throws ClusterException {
      this.keys = keys;
      this.processes = processes;
      this.configuration = home.configuration(keys);
      this.arguments = new JavaArguments(home, withFolders(configuration, keys));
    }

    ClusterStatus run(int taskManagers) throws ClusterException, IOException, InterruptedException {
      // Before any process runs: do the TaskManagers' sizes add up?
      arguments.of(FlinkRole.TASKMANAGER, logs(), List.of());
      boolean complete = false;
      try (ClusterView view = ClusterView.of(configuration)) {
        if (isMissing(FlinkRole.JOBMANAGER.toString())) {
          requireFreePorts(configuration);
          launch(FlinkRole.JOBMANAGER, FlinkRole.JOBMANAGER.toString());
        }
        await(view, 0);
        for (int i = 1; i <= taskManagers; i++) {
          if (isMissing(FlinkRole.TASKMANAGER + "-" + i)) {
            launch(FlinkRole.TASKMANAGER, FlinkRole.TASKMANAGER + "-" + i);
          }
        }
        await(view, taskManagers);
        complete = true;
        return ClusterStatus.of(folder, configuration, processes, view);
      } finally {
        if (!complete) {
          stopStarted();
        }
      }
    }

    private void stopStarted() throws IOException, InterruptedException {
      for (DaemonProcess process : started) {
        process.stop(GRACE_SECONDS);
      }
      processes.removeAll(started);
      new ClusterState(keys, processes).write(folder);
    }

    private boolean isMissing(String name) {
      return processes.stream().noneMatch(process -> process.name().equals(name));
    }

    private void launch(FlinkRole role, String name) throws ClusterException, IOException {
      List<String> line = new ArrayList<>();
      line.add("-Dconsole.level=OFF"); // The log file has it.
      line.addAll(arguments.of(role, logs().resolve(name + ".log"), List.of()));
      DaemonProcess process = DaemonProcess.start(name, logs(), line, home.environment());
      started.add(process);
      processes.add(process);
      processes.sort(Comparator.comparing(DaemonProcess::name));
      new ClusterState(keys, processes).write(folder);
    }

    private void await(ClusterView view, int taskManagers)
        throws ClusterException, InterruptedException {
      long deadline = System.nanoTime() + START.toNanos();
      String state = "no answer";
      while (System.nanoTime() - deadline < 0) {
        for (DaemonProcess process : started) {
          if (!process.isAlive()) {
            throw new ClusterException(
                process.name() + " ended at its start; " + process.log() + ":\n" + process.tail());
          }
        }
        try {
          int registered = view.overview().getNumTaskManagersConnected();
          if (registered >= taskManagers) {
            return;
          }
          state = registered + " of " + taskManagers + " TaskManagers registered";
        } catch (TimeoutException e) {
          state = "no answer: " + e.getMessage();
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      throw new ClusterException(
          "after %d s, %s has %s; the logs are in %s"
              .formatted(START.toSeconds(), address(configuration), state, logs()));
    }
  }

  /** How the cluster is. */
  public ClusterStatus status() throws ClusterException, InterruptedException {
    ClusterState state = ClusterState.read(folder);
    Configuration configuration = home.configuration(state.overrides());
    try (ClusterView view = ClusterView.of(configuration)) {
      return ClusterStatus.of(folder, configuration, state.processes(), view);
    }
  }

  /**
   * Ends every process, TaskManagers first; jobs end with them. Idempotent.
   *
   * @return the names of those that ran
   */
  public List<String> stop() throws ClusterException, IOException, InterruptedException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (FileChannel channel = lock()) {
      List<DaemonProcess> alive = new ArrayList<>(ClusterState.read(folder).alive());
      Collections.reverse(alive);
      for (DaemonProcess process : alive) {
        process.stop(GRACE_SECONDS);
      }
      ClusterState.delete(folder);
      return alive.stream().map(DaemonProcess::name).toList();
    }
  }

  private Path logs() {
    return folder.resolve("log");
  }

  private FileChannel lock() throws IOException, ClusterException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw new ClusterException("another command starts or stops the cluster in " + folder);
    }
    return channel;
  }

  // On one machine a folder is what every TaskManager reaches; elsewhere config.yaml says where.
  private Map<String, String> withFolders(Configuration configuration, Map<String, String> keys) {
    Map<String, String> all = new LinkedHashMap<>();
    put(all, configuration, CheckpointingOptions.CHECKPOINTS_DIRECTORY, "checkpoints");
    put(all, configuration, CheckpointingOptions.SAVEPOINT_DIRECTORY, "savepoints");
    if (!configuration.contains(CoreOptions.TMP_DIRS)) {
      all.put(CoreOptions.TMP_DIRS.key(), folder.resolve("tmp").toString());
    }
    all.putAll(keys);
    return all;
  }

  private void put(
      Map<String, String> all, Configuration configuration, ConfigOption<String> key, String name) {
    if (!configuration.contains(key)) {
      all.put(key.key(), folder.resolve(name).toUri().toString());
    }
  }

  static URI address(Configuration configuration) {
    return URI.create(
        "http://%s:%d/"
            .formatted(
                configuration.get(RestOptions.ADDRESS), configuration.get(RestOptions.PORT)));
  }

  private static void requireFreePorts(Configuration configuration) throws ClusterException {
    requireFree(configuration, RestOptions.PORT);
    requireFree(configuration, JobManagerOptions.PORT);
  }

  private static void requireFree(Configuration configuration, ConfigOption<Integer> option)
      throws ClusterException {
    int port = configuration.get(option);
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
    } catch (IOException e) {
      return; // Nobody is there.
    }
    throw new ClusterException(
        "port %d is taken, perhaps by a cluster of another folder: expected a free one for %s, such as -D%s=%d"
            .formatted(port, option.key(), option.key(), port + 1));
  }
}
