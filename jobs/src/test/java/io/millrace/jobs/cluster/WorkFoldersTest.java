package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFoldersTest {
  @TempDir private Path cluster;

  private Path blobOf(String id) throws IOException {
    Path blobs = Files.createDirectories(cluster.resolve("work").resolve(id).resolve("tm/blobs"));
    return Files.writeString(blobs.resolve("blob"), "a job jar");
  }

  @Test
  void keepOnly_foldersOfOtherProcesses_areDeleted() throws Exception {
    Path living = blobOf("taskmanager-1-a");
    blobOf("taskmanager-1-b");
    blobOf("taskmanager-2-a");

    new WorkFolders(cluster)
        .keepOnly(List.of(new DaemonProcess("taskmanager-1", "taskmanager-1-a", 7, 1, cluster)));

    assertThat(living).exists();
    assertThat(cluster.resolve("work").toFile().list()).containsExactly("taskmanager-1-a");
  }

  @Test
  void keepOnly_noProcessWasEverStarted_doesNothing() throws Exception {
    new WorkFolders(cluster).keepOnly(List.of());

    assertThat(cluster).isEmptyDirectory();
  }

  @Test
  void create_foldersThatTheConfigurationNames_areLeftAlone() throws Exception {
    String own = cluster.resolve("work/a").toString();
    WorkFolders folders = new WorkFolders(cluster);

    assertThat(folders.create("a", new Configuration()))
        .isEqualTo(Map.of("process.working-dir", own, "io.tmp.dirs", own, "web.tmpdir", own));
    assertThat(folders.create("a", Configuration.fromMap(Map.of("io.tmp.dirs", "/data"))))
        .isEqualTo(Map.of("process.working-dir", own, "web.tmpdir", own));
    assertThat(Path.of(own)).isEmptyDirectory();
  }
}
