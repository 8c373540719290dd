package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterStateTest {
  @TempDir private Path folder;

  private static ClusterState state() {
    DaemonProcess process =
        new DaemonProcess("taskmanager-1", "taskmanager-1-a", 7, 1234, Path.of("/log/a.log"));
    return new ClusterState(Map.of("rest.port", "8082"), List.of(process));
  }

  @Test
  void read_whatWasWritten_isTheSame() throws Exception {
    Path file = folder.resolve("cluster.json");
    Files.writeString(file, "an older one, which everybody reads");
    state().write(folder);
    assertThat(ClusterState.read(folder)).isEqualTo(state());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(folder).isDirectoryContaining(file::equals).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void read_fieldsOfALaterVersion_areLeftOut() throws Exception {
    state().write(folder);
    Path file = folder.resolve("cluster.json");
    String json = Files.readString(file);
    Files.writeString(
        file,
        json.replaceFirst("\\{", "{\"later\": 1,").replace("\"pid\"", "\"later\": 1, \"pid\""));
    assertThat(Files.readString(file)).containsPattern("(?s)later.*later");
    assertThat(ClusterState.read(folder)).isEqualTo(state());
  }

  @Test
  void read_noFile_isAClusterWithoutProcesses() throws Exception {
    assertThat(ClusterState.read(folder).processes()).isEmpty();
  }

  @Test
  void read_noJson_namesTheFile() throws Exception {
    Files.writeString(folder.resolve("cluster.json"), "processes");
    assertThatThrownBy(() -> ClusterState.read(folder))
        .isInstanceOf(ClusterException.class)
        .hasMessageContainingAll(folder.toString(), "cluster.json", "'cluster start'");
  }
}
