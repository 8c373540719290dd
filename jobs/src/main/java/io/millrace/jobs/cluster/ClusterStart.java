package io.millrace.jobs.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * One call of {@link SessionCluster#start}: brings up what does not run, and waits for it. For one
 * use, under the folder's lock.
 */
final class ClusterStart {
  private static final Duration START = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 200;

  private final FlinkHome home;
  private final Path folder;
  private final Map<String, String> keys;
  private final List<DaemonProcess> processes;
  private final List<DaemonProcess> dead;
  private final List<DaemonProcess> started = new ArrayList<>();
  private final Configuration configuration;
  private final JavaArguments arguments;
  private final WorkFolders workFolders;

  /**
   * @param folder the cluster's own, which exists
   * @param keys that count more than those of {@code config.yaml}
   * @param before of the earlier calls
   * @throws ClusterException if the configuration cannot be read
   */
  ClusterStart(FlinkHome home, Path folder, Map<String, String> keys, ClusterState before)
      throws ClusterException {
    this.home = home;
    this.folder = folder;
    this.keys = keys;
    this.processes = new ArrayList<>(before.alive());
    this.dead = new ArrayList<>(before.processes());
    dead.removeAll(processes);
    this.configuration = home.configuration(keys);
    Map<String, String> all = ClusterDefaults.of(configuration, folder);
    all.putAll(keys);
    this.arguments = new JavaArguments(home, all);
    this.workFolders = new WorkFolders(folder);
  }

  /**
   * @return how the cluster is then
   * @throws ClusterException as {@link SessionCluster#start}; what this call started is stopped
   */
  ClusterStatus run(int taskManagers) throws ClusterException, IOException, InterruptedException {
    // Before any process runs: do the TaskManagers' sizes add up?
    arguments.of(FlinkRole.TASKMANAGER, logs(), List.of());
    workFolders.keepOnly(processes);
    try (ClusterView view = ClusterView.of(configuration)) {
      bringUp(view, taskManagers);
      return ClusterStatus.of(folder, configuration, processes, view);
    } catch (Throwable e) {
      stopStarted(e);
      throw e;
    }
  }

  private void bringUp(ClusterView view, int taskManagers)
      throws ClusterException, IOException, InterruptedException {
    if (isMissing(FlinkRole.JOBMANAGER.toString())) {
      requireFreePorts(configuration);
      launch(FlinkRole.JOBMANAGER, FlinkRole.JOBMANAGER.toString());
    }
    await(view, List.of(), List.of());
    for (int i = 1; i <= taskManagers; i++) {
      if (isMissing(FlinkRole.TASKMANAGER + "-" + i)) {
        launch(FlinkRole.TASKMANAGER, FlinkRole.TASKMANAGER + "-" + i);
      }
    }
    await(view, taskManagers(), dead);
    dead.clear();
    remember();
  }

  /**
   * @param reason why the start fails; what fails here is added to it
   */
  private void stopStarted(Throwable reason) throws InterruptedException {
    try {
      DaemonProcess.stopAll(started, SessionCluster.GRACE);
    } catch (ClusterException e) {
      reason.addSuppressed(e);
    }
    processes.removeIf(process -> started.contains(process) && !process.isAlive());
    try {
      remember();
      workFolders.keepOnly(processes);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private boolean isMissing(String name) {
    return processes.stream().noneMatch(process -> process.name().equals(name));
  }

  private void launch(FlinkRole role, String name) throws ClusterException, IOException {
    List<String> line = new ArrayList<>();
    line.add("-Dconsole.level=OFF"); // The log file has it.
    String id = name + "-" + UUID.randomUUID();
    Map<String, String> own = workFolders.create(id, configuration);
    if (role == FlinkRole.TASKMANAGER) {
      own.put(TaskManagerOptions.TASK_MANAGER_RESOURCE_ID.key(), id);
    }
    List<String> last = new ArrayList<>();
    own.forEach((key, value) -> last.add("-D" + key + "=" + value));
    line.addAll(arguments.of(role, logs().resolve(name + ".log"), last));
    DaemonProcess process = DaemonProcess.start(name, id, logs(), line, home.environment());
    started.add(process);
    processes.add(process);
    processes.sort(Comparator.comparing(DaemonProcess::name));
    remember();
  }

  // The dead too, until the JobManager is known to have given them up: a call that ends before that
  // leaves them to the next.
  private void remember() throws IOException {
    List<DaemonProcess> all = new ArrayList<>(processes);
    all.addAll(dead);
    all.sort(Comparator.comparing(DaemonProcess::name));
    new ClusterState(keys, all).write(folder);
  }

  private void await(ClusterView view, List<DaemonProcess> wanted, List<DaemonProcess> unwanted)
      throws ClusterException, InterruptedException {
    // Until its heartbeat times out, a JobManager counts a dead TaskManager and assigns its slots.
    Duration patience = START.plus(configuration.get(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT));
    long deadline = System.nanoTime() + patience.toNanos();
    String state = "no answer";
    while (System.nanoTime() - deadline < 0) {
      requireAlive();
      try {
        List<String> missing = ids(wanted);
        missing.removeAll(view.taskManagerIds(true));
        List<String> left = ids(unwanted);
        left.retainAll(view.taskManagerIds(false));
        if (missing.isEmpty() && left.isEmpty()) {
          return;
        }
        state = "without slots " + missing + ", registered although dead " + left;
      } catch (TimeoutException e) {
        state = "no answer: " + e.getMessage();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new ClusterException(
        "after %d s, %s: %s; the logs are in %s"
            .formatted(patience.toSeconds(), SessionCluster.address(configuration), state, logs()));
  }

  private void requireAlive() throws ClusterException {
    for (DaemonProcess process : processes) {
      if (!process.isAlive()) {
        throw new ClusterException(
            process.name() + " ended at the start; " + process.log() + ":\n" + process.tail());
      }
    }
  }

  private List<DaemonProcess> taskManagers() {
    return processes.stream().filter(process -> !process.isJobManager()).toList();
  }

  private static List<String> ids(List<DaemonProcess> processes) {
    return processes.stream()
        .map(DaemonProcess::id)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private Path logs() {
    return folder.resolve("log");
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
