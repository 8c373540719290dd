package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.flink.OffHeapMemory;
import io.millrace.flink.RuntimeJars;
import io.millrace.model.ModelSize;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;

class ClusterFactsTest {
  private static final List<String> COMPLETE =
      List.of(
          "/opt/flink/lib/flink-dist-2.3.0.jar",
          "/opt/flink/lib/tensorflow-core-api-1.1.0.jar",
          "/opt/flink/lib/tensorflow-core-native-1.1.0-linux-x86_64.jar",
          "/opt/flink/lib/ndarray-1.0.0.jar",
          "/opt/flink/lib/javacpp-1.5.11.jar",
          "/opt/flink/lib/protobuf-java-3.21.9.jar");

  private static ClusterFacts facts(String version, List<String> missing, OffHeapMemory... memory) {
    return new ClusterFacts("the JobManager at x:8081", version, missing, List.of(memory));
  }

  @Test
  void version_ofFlink2_isAccepted() {
    for (String version : List.of("2.0.0", "2.2.0", "2.3.0", "2.4-SNAPSHOT", "<unknown>")) {
      assertThatCode(() -> facts(version, List.of()).requireFit()).doesNotThrowAnyException();
    }
  }

  @Test
  void version_ofAnotherFlink_isRefusedWithBothVersions() {
    for (String version : List.of("1.20.3", "1.9.0", "3.0.0", "20.1.0")) {
      assertThatThrownBy(() -> facts(version, List.of("javacpp")).requireFit())
          .isInstanceOf(SubmissionException.class)
          .hasMessageContainingAll("x:8081 is Flink " + version, "expected Flink 2.x");
    }
  }

  @Test
  void version_sameMinor_isToldByTheFirstTwoNumbers() {
    assertThat(FlinkVersion.isSameMinor("2.3.0", "2.3.1-SNAPSHOT")).isTrue();
    assertThat(FlinkVersion.isSameMinor("2.3.0", "2.2.0")).isFalse();
    assertThat(FlinkVersion.isSameMinor("2.3.0", "2.30.0")).isFalse();
    assertThat(FlinkVersion.isSameMinor("<unknown>", "<unknown>")).isFalse();
  }

  @Test
  void classPath_everyArtifactIsLookedForByName() {
    assertThat(RemoteCluster.missing(COMPLETE)).isEmpty();
    assertThat(RemoteCluster.missing(List.of(String.join(":", COMPLETE)))).isEmpty();
    assertThat(RemoteCluster.missing(COMPLETE.subList(0, 4)))
        .containsExactly("javacpp", "protobuf-java");
    assertThat(RemoteCluster.missing(List.of("/lib/javacpp-platform-1.5.11.jar")))
        .contains("javacpp");
  }

  @Test
  void classPath_incomplete_isRefusedWithTheCommandThatMendsIt() {
    assertThatThrownBy(() -> facts("2.3.0", List.of("javacpp", "ndarray")).requireFit())
        .isInstanceOf(SubmissionException.class)
        .hasMessageContainingAll("javacpp, ndarray", "lib/", RuntimeJars.MEND);
  }

  @Test
  void embedded_looksIntoItsOwnJvm() {
    assertThat(EmbeddedCluster.missing(ClassLoader.getSystemClassLoader())).isEmpty();
    assertThat(EmbeddedCluster.missing(ClassLoader.getPlatformClassLoader()))
        .containsExactlyElementsOf(RuntimeJars.REQUIRED);
  }

  @Test
  void embedded_jobManagerThatCannotBeAsked_leavesTheMemoryToTheTaskManagers() throws Exception {
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody.close();
      Configuration flink = new Configuration();
      flink.set(RestOptions.ADDRESS, "127.0.0.1");
      flink.set(RestOptions.PORT, nobody.getLocalPort());
      // Of this process; the TaskManagers may have been started with another.
      flink.set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, MemorySize.ZERO);

      assertThat(EmbeddedCluster.taskManagers(flink)).isEmpty();
      assertThatThrownBy(() -> RemoteCluster.taskManagersOfThisJobManager(flink))
          .isInstanceOf(SubmissionException.class)
          .hasMessageContainingAll(
              "127.0.0.1:" + nobody.getLocalPort(), "rest.address", "rest.port")
          .hasMessageNotContainingAny("cluster start", "flink run");
    }
  }

  @Test
  void memory_ofOneTaskManagerTooSmall_isRefused() {
    ModelSize size = new ModelSize(0, 8 << 20);
    OffHeapMemory enough = new OffHeapMemory("TaskManager a", 400L << 20, 2);
    OffHeapMemory little = new OffHeapMemory("TaskManager b", 330L << 20, 2);

    assertThatCode(
            () ->
                facts("2.3.0", List.of(), enough)
                    .requireMemory("/models/7", size, 2, Sharing.SLOT, Staging.DISK, 2))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                facts("2.3.0", List.of(), enough, little)
                    .requireMemory("/models/7", size, 2, Sharing.SLOT, Staging.DISK, 2))
        .isInstanceOf(SubmissionException.class)
        .hasMessageContainingAll("TaskManager b is 330m", "at least 356m", "/models/7");
  }

  @Test
  void target_thatRunsInThisJvm_isNotAsked() throws Exception {
    Configuration flink = new Configuration();
    assertThat(ClusterFacts.of(flink)).isEmpty();
    flink.set(DeploymentOptions.TARGET, "local");
    assertThat(ClusterFacts.of(flink)).isEmpty();
  }
}
