package io.millrace.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryRoomTest {
  private static final long MIB = 1L << 20;

  @TempDir private Path root;

  @BeforeEach
  void machineOf16GibOfWhich8AreFree() throws Exception {
    write(
        "proc/meminfo",
        "MemTotal: 16777216 kB\nMemFree: 1 kB\nMemAvailable: 8388608 kB\nHugePages_Total: 0\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void group(String folder, String max, long usedMib, long cachedMib) throws IOException {
    write(folder + "/memory.max", max + "\n");
    write(folder + "/memory.current", usedMib * MIB + "\n");
    write(folder + "/memory.stat", "anon 5\ninactive_file " + cachedMib * MIB + "\n");
  }

  private long limitMib() throws Exception {
    return MemoryRoom.of(root).limit() / MIB;
  }

  @Test
  void withoutAContainersLimit_theMachineCounts() throws Exception {
    assertThat(limitMib()).isEqualTo(8192 - 256);
    group("sys/fs/cgroup", "max", 1, 0);
    assertThat(limitMib()).isEqualTo(8192 - 256);
  }

  @Test
  void containerThatUsesLittle_givesHalf_andOneThatUsesMuch_whatIsFree() throws Exception {
    group("sys/fs/cgroup", String.valueOf(4096 * MIB), 1000, 0);
    assertThat(limitMib()).isEqualTo(2048);
    group("sys/fs/cgroup", String.valueOf(4096 * MIB), 3000, 100);
    assertThat(limitMib()).isEqualTo(1096 + 100 - 256);
  }

  @Test
  void groupsBelowTheRoot_limitAsWell() throws Exception {
    write("proc/self/cgroup", "1:name=systemd:/other\n0::/flink/tm\n");
    group("sys/fs/cgroup/flink", String.valueOf(4096 * MIB), 3000, 0);
    group("sys/fs/cgroup/flink/tm", "max", 3000, 0);
    assertThat(limitMib()).isEqualTo(1096 - 256);
  }

  @Test
  void cgroupVersion1_limitsAsWell() throws Exception {
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", 4096 * MIB + "\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", 3000 * MIB + "\n");
    write("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 0\n");
    assertThat(limitMib()).isEqualTo(1096 - 256);
  }

  @Test
  void tooLittle_isRefused_withWhatThereIs() throws Exception {
    group("sys/fs/cgroup", String.valueOf(4096 * MIB), 3600, 0);
    ModelException refusal = Assertions.assertThrows(ModelException.class, this::limitMib);
    assertThat(refusal.reason()).isEqualTo(ModelReason.PROBE_FAILED);
    assertThat(refusal)
        .hasMessage(
            "no room for a probe: it may take 240 MiB of 4096 MiB, of which 496 MiB are free; expected 512 MiB");
  }

  @Test
  void thisMachine_canBeRead() throws Exception {
    MemoryRoom room = MemoryRoom.of(Path.of("/"));
    assertThat(room.total()).isPositive();
    assertThat(room.free()).isLessThanOrEqualTo(room.total());
  }
}
