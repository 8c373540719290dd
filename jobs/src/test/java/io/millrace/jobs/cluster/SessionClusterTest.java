package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionClusterTest {
  @TempDir private Path folder;

  /** The port is the default: whose cluster answers there? */
  @Test
  void status_ownJobManagerDoesNotRun_asksNobody() throws Exception {
    DaemonProcess dead =
        new DaemonProcess(
            "jobmanager", "jobmanager-a", Integer.MAX_VALUE, 1, Path.of("/log/jobmanager.log"));
    new ClusterState(Map.of(), List.of(dead)).write(folder);
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.writeString(
          folder.resolve("config.yaml"),
          "rest: {address: localhost, port: " + other.getLocalPort() + "}");

      ClusterStatus status = new SessionCluster(new FlinkHome(folder, folder), folder).status();

      assertThat(status.overview()).isNull();
      assertThat(status.processes())
          .containsExactly(
              new ClusterStatus.ProcessStatus(
                  "jobmanager", Integer.MAX_VALUE, false, Path.of("/log/jobmanager.log")));
      other.setSoTimeout(1);
      assertThatThrownBy(other::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }
}
