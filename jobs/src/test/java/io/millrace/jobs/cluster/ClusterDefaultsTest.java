package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class ClusterDefaultsTest {
  private static Map<String, String> defaults(Map<String, String> said) {
    return ClusterDefaults.of(Configuration.fromMap(said), Path.of("/cluster"));
  }

  @Test
  void addresses_ofThisMachineOrNotSaid_areBoundToAlone() {
    assertThat(defaults(Map.of("jobmanager.rpc.address", "localhost")))
        .containsEntry("rest.bind-address", "localhost")
        .containsEntry("jobmanager.bind-host", "localhost")
        .containsEntry("taskmanager.bind-host", "localhost")
        .containsEntry("taskmanager.host", "localhost");
    assertThat(defaults(Map.of("rest.address", "127.0.0.1")))
        .containsEntry("rest.bind-address", "127.0.0.1")
        .containsEntry("jobmanager.bind-host", "localhost");
  }

  /** Where no rest.address is said, it is the JobManager's. */
  @Test
  void addresses_thatOthersAreTold_areNotShutOff() {
    assertThat(defaults(Map.of("jobmanager.rpc.address", "flink-1")))
        .doesNotContainKeys("rest.bind-address", "jobmanager.bind-host")
        .containsEntry("taskmanager.bind-host", "localhost");
    assertThat(defaults(Map.of("rest.address", "flink-1", "taskmanager.host", "flink-1")))
        .doesNotContainKeys("rest.bind-address", "taskmanager.bind-host", "taskmanager.host")
        .containsEntry("jobmanager.bind-host", "localhost");
  }

  @Test
  void whatIsSaid_isLeftAlone() {
    Map<String, String> said =
        Map.of(
            "rest.address", "localhost",
            "rest.bind-address", "0.0.0.0",
            "execution.checkpointing.dir", "hdfs:///flink/checkpoints");
    assertThat(defaults(said))
        .doesNotContainKeys("rest.address", "rest.bind-address", "execution.checkpointing.dir")
        .containsEntry("execution.checkpointing.savepoint-dir", "file:///cluster/savepoints");
  }
}
