package io.millrace.jobs.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
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
  static final Duration GRACE = Duration.ofSeconds(30);

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
   * Starts what does not run yet and waits until every TaskManager offers its slots, and those that
   * died no longer do: what {@link ClusterStatus} then says of slots is true.
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
            "the cluster in %s runs with other overrides, of %s: expected the same, or 'cluster stop' first"
                .formatted(folder, before.overrides().keySet()));
      }
      Map<String, String> keys = running ? before.overrides() : Map.copyOf(overrides);
      return new ClusterStart(home, folder, keys, before).run(taskManagers);
    }
  }

  /**
   * How the cluster is. Where its JobManager does not run nobody is asked: another cluster's may
   * have its port.
   */
  public ClusterStatus status() throws ClusterException, InterruptedException {
    ClusterState state = ClusterState.read(folder);
    Configuration configuration = home.configuration(state.overrides());
    if (state.alive().stream().noneMatch(DaemonProcess::isJobManager)) {
      return ClusterStatus.withoutJobManager(folder, configuration, state.processes());
    }
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
      DaemonProcess.stopAll(alive, GRACE);
      ClusterState.delete(folder);
      new WorkFolders(folder).keepOnly(List.of());
      return alive.stream().map(DaemonProcess::name).toList();
    }
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

  static URI address(Configuration configuration) {
    return URI.create(
        "http://%s:%d/"
            .formatted(
                configuration.get(RestOptions.ADDRESS), configuration.get(RestOptions.PORT)));
  }
}
