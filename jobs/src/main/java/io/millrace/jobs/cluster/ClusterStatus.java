package io.millrace.jobs.cluster;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.rest.handler.legacy.messages.ClusterOverviewWithVersion;
import org.jspecify.annotations.Nullable;

/**
 * A session cluster at one moment.
 *
 * @param folder the cluster's own
 * @param address of the web UI and the REST interface
 * @param processes those that were started, alive or not
 * @param overview what the JobManager says; null where the cluster's own does not answer
 */
public record ClusterStatus(
    Path folder, URI address, List<ProcessStatus> processes, @Nullable Overview overview) {

  /** A process that was started. */
  public record ProcessStatus(String name, long pid, boolean alive, Path log) {}

  /**
   * What the JobManager says.
   *
   * @param version Flink's
   * @param taskManagers registered ones
   */
  public record Overview(
      String version, int taskManagers, int slots, int freeSlots, List<JobLine> jobs) {}

  /** A job, running or ended. */
  public record JobLine(String id, String name, String state) {}

  public ClusterStatus {
    processes = List.copyOf(processes);
  }

  static ClusterStatus of(
      Path folder, Configuration configuration, List<DaemonProcess> processes, ClusterView view)
      throws InterruptedException {
    return new ClusterStatus(
        folder, SessionCluster.address(configuration), lines(processes), overview(view));
  }

  static ClusterStatus withoutJobManager(
      Path folder, Configuration configuration, List<DaemonProcess> processes) {
    return new ClusterStatus(folder, SessionCluster.address(configuration), lines(processes), null);
  }

  private static List<ProcessStatus> lines(List<DaemonProcess> processes) {
    return processes.stream()
        .map(it -> new ProcessStatus(it.name(), it.pid(), it.isAlive(), it.log()))
        .toList();
  }

  private static @Nullable Overview overview(ClusterView view) throws InterruptedException {
    try {
      ClusterOverviewWithVersion it = view.overview();
      List<JobLine> jobs =
          view.jobs().stream()
              .map(
                  job ->
                      new JobLine(
                          job.getJobId().toHexString(),
                          job.getJobName(),
                          job.getJobState().toString()))
              .toList();
      return new Overview(
          it.getVersion(),
          it.getNumTaskManagersConnected(),
          it.getNumSlotsTotal(),
          it.getNumSlotsAvailable(),
          jobs);
    } catch (TimeoutException e) {
      return null;
    }
  }
}
