package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCacheTest {
  private static final String GRAPH = "saved_model.pb";
  private static final String INDEX = "variables/variables.index";
  private static final int TRIMMERS = 8;

  @TempDir private Path temporary;
  private Path folder;
  private Path copies;
  private ModelCache cache;
  private long usable = Long.MAX_VALUE;

  @BeforeEach
  void open() throws IOException {
    folder = temporary.resolve("cache");
    copies = temporary.resolve("copies");
    cache = open(Long.MAX_VALUE);
  }

  private ModelCache open(long budget) throws IOException {
    return ModelCache.open(folder, copies, budget, () -> usable);
  }

  /** Keeps a version of so many bytes, as it would be after a fetch; returns its digest. */
  private String keep(String content, int bytes) throws Exception {
    String digest;
    try (PrivateFolder fetched = PrivateFolder.create(copies)) {
      Files.createDirectory(fetched.path().resolve("variables"));
      Files.writeString(fetched.path().resolve(GRAPH), content);
      Files.write(fetched.path().resolve(INDEX), new byte[bytes - content.length()]);
      digest = new VersionFolder(fetched.path()).digest();
      cache.keep(fetched.path(), digest, true);
    }
    cache.trim();
    return digest;
  }

  private Path entry(String digest) {
    return folder.resolve("versions").resolve(digest.substring("sha256:".length()));
  }

  private void usedBefore(String digest, int hours) throws IOException {
    Instant then = Instant.now().minus(Duration.ofHours(hours));
    Files.setLastModifiedTime(entry(digest), FileTime.from(then));
  }

  private ModelFiles find(String digest) throws Exception {
    return Objects.requireNonNull(cache.find(digest, false), digest);
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  @Test
  void find_whatWasKept_isTheSameFileUnderAnotherName() throws Exception {
    String digest = keep("graph", 100);
    try (ModelFiles first = find(digest);
        ModelFiles second = find(digest)) {
      assertThat(first.digest()).isEqualTo(digest);
      assertThat(first.bytes()).isEqualTo(100);
      assertThat(first.directory()).hasParent(copies).isNotEqualTo(second.directory());
      assertThat(first.directory().resolve(GRAPH)).hasContent("graph");
      assertThat(inode(first.directory().resolve(INDEX)))
          .isEqualTo(inode(second.directory().resolve(INDEX)))
          .isEqualTo(inode(entry(digest).resolve(INDEX)));
    }
    assertThat(copies).isEmptyDirectory();
    assertThat(entry(digest).resolve(GRAPH)).hasContent("graph");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(entry(digest).resolve(GRAPH))))
        .isEqualTo("r--------");
  }

  @Test
  void find_otherDigest_isNotThere() throws Exception {
    keep("graph", 100);
    assertThat(cache.find("sha256:" + "0".repeat(64), false)).isNull();
  }

  @Test
  void find_keptWithoutAManifest_isNoAnswerWhereOneIsRequired() throws Exception {
    try (PrivateFolder fetched = PrivateFolder.create(copies)) {
      Files.writeString(fetched.path().resolve(GRAPH), "graph");
      String digest = new VersionFolder(fetched.path()).digest();
      cache.keep(fetched.path(), digest, false);
      assertThat(cache.find(digest, true)).isNull();
      find(digest).close();
      cache.keep(fetched.path(), digest, true);
      Objects.requireNonNull(cache.find(digest, true)).close();
    }
  }

  @Test
  void keep_whatIsThereAlready_changesNothing() throws Exception {
    String digest = keep("graph", 100);
    Object before = inode(entry(digest).resolve(GRAPH));
    assertThat(keep("graph", 100)).isEqualTo(digest);
    assertThat(inode(entry(digest).resolve(GRAPH))).isEqualTo(before);
    assertThat(entries()).hasSize(1);
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> paths = Files.list(folder.resolve("versions"))) {
      return paths.toList();
    }
  }

  @Test
  void fault46_entryThatWasTamperedWith_isThrownAway() throws Exception {
    String digest = keep("graph", 100);
    Path graph = entry(digest).resolve(GRAPH);
    Files.delete(graph);
    Files.writeString(graph, "Graph");
    assertThat(cache.find(digest, false)).isNull();
    assertThat(entries()).isEmpty();

    keep("graph", 100);
    Files.writeString(entry(digest).resolve("more"), "");
    assertThat(cache.find(digest, false)).isNull();

    keep("graph", 100);
    Files.delete(graph);
    Files.createSymbolicLink(graph, Path.of("/dev/zero"));
    assertThat(cache.find(digest, false)).isNull();
    assertThat(entries()).isEmpty();
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void trim_entryThatAnotherProcessFetchedAgain_countsWhatItHoldsNow() throws Exception {
    String digest = keep("graph", 100);
    Path index = entry(digest).resolve(INDEX);
    Files.delete(index);
    Files.write(index, new byte[400]);
    ModelCache first = open(450);
    cache = open(450);
    assertThat(cache.find(digest, false)).isNull();
    keep("graph", 100);
    cache = first;
    keep("other", 100);
    keep("third", 100);
    assertThat(entries()).hasSize(3);
    keep("large", 300);
    assertThat(entries()).hasSize(2);
  }

  @Test
  void trim_entryThatHasALinkSinceItWasMeasured_isThrownAwayInItsTurn() throws Exception {
    cache = open(250);
    String oldest = keep("graph", 100);
    usedBefore(oldest, 2);
    String next = keep("other", 100);
    usedBefore(next, 1);
    cache.trim();
    Path variables = entry(oldest).resolve(INDEX).getParent();
    Files.createSymbolicLink(variables.resolve("more"), Path.of("/dev/zero"));
    String last = keep("third", 100);
    assertThat(entries()).containsExactlyInAnyOrder(entry(next), entry(last));
  }

  @Test
  void find_copiesCannotBeMade_leavesTheEntry() throws Exception {
    String digest = keep("graph", 100);
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(copies);
    Files.setPosixFilePermissions(copies, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(cache.find(digest, false)).isNull();
    assertThat(entries()).containsExactly(entry(digest));
    Files.setPosixFilePermissions(copies, before);
    find(digest).close();
  }

  @Test
  void fault46_fileThatNoDigestCovers_isNotHandedOut() throws Exception {
    String digest = keep("graph", 100);
    Files.writeString(entry(digest).resolve("manifest.json"), "{}");
    try (ModelFiles files = find(digest)) {
      assertThat(files.directory().resolve("manifest.json")).doesNotExist();
    }
  }

  @Test
  void makeRoom_copyThatADeadProcessHeld_isSweptFirst() throws Exception {
    String digest = keep("graph", 100);
    usedBefore(digest, 1);
    Path dead = Files.createDirectories(copies.resolve("4711-1700000000000-0"));
    Files.createFile(copies.resolve("4711-1700000000000-0.lock"));
    Files.createLink(dead.resolve(GRAPH), entry(digest).resolve(GRAPH));
    usable = 50;
    assertThatThrownBy(() -> cache.makeRoom(51)).isInstanceOf(ModelCache.NoRoomException.class);
    assertThat(dead).doesNotExist();
    assertThat(entries()).isEmpty();
  }

  @Test
  void trim_aboveTheBudget_dropsWhatWasUsedLongestAgo() throws Exception {
    String first = keep("first", 100);
    String second = keep("second", 100);
    usedBefore(first, 2);
    usedBefore(second, 3);
    find(second).close();
    cache = open(250);
    assertThat(entries()).hasSize(2);

    String third = keep("third", 100);
    assertThat(entries()).containsExactlyInAnyOrder(entry(second), entry(third));
  }

  @Test
  void trim_versionThatWasHeldForLong_isUsedUntilItIsLetGoOf() throws Exception {
    cache = open(150);
    String live = keep("live", 100);
    ModelFiles held = find(live);
    cache = open(Long.MAX_VALUE);
    String other = keep("other", 100);
    usedBefore(live, 500);
    usedBefore(other, 1);
    held.close();
    assertThat(entries()).containsExactly(entry(live));
  }

  /** As the slots of a TaskManager do, which let go of a version at about the same time. */
  @Test
  void trim_byManyAtOnce_throwsAwayNoMoreThanIsAboveTheBudget() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(TRIMMERS);
    try {
      for (int round = 0; round < 50; round++) {
        cache = open(Long.MAX_VALUE);
        for (int version = 0; version < 4; version++) {
          keep(round + "-" + version, 100);
        }
        Callable<ModelCache> trimmer = () -> open(300);
        for (Future<ModelCache> opened :
            threads.invokeAll(Collections.nCopies(TRIMMERS, trimmer))) {
          opened.get();
        }
        assertThat(entries()).hasSize(3);
        open(0);
        assertThat(entries()).isEmpty();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void trim_heldVersions_stayUntilTheyAreLetGoOf() throws Exception {
    String first = keep("first", 100);
    usedBefore(first, 1);
    cache = open(100);
    try (ModelFiles held = find(first)) {
      String second = keep("second", 100);
      assertThat(entries()).containsExactly(entry(first));
      assertThat(cache.find(second, false)).isNull();
      assertThat(held.directory().resolve(GRAPH)).hasContent("first");
    }
    assertThat(entries()).containsExactly(entry(first));
    cache = open(0);
    assertThat(entries()).isEmpty();
  }

  @Test
  void fault45_noRoomOnTheDisk_dropsWhatNothingHoldsAndThenSaysSo() throws Exception {
    String held = keep("held", 100);
    String idle = keep("idle", 100);
    usable = 50;
    cache.makeRoom(50);
    assertThat(entries()).hasSize(2);
    try (ModelFiles files = find(held)) {
      assertThatThrownBy(() -> cache.makeRoom(51))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no room below " + folder)
          .hasMessageContaining("expected 51 bytes");
      assertThat(files.directory().resolve(GRAPH)).exists();
      assertThat(entries()).containsExactly(entry(held)).doesNotContain(entry(idle));
    }
  }

  @Test
  void open_whatADeadProcessLeft_isSweptAndHalfAnEntryIsNeverSeen() throws Exception {
    Path half = Files.createDirectories(folder.resolve("4711-1700000000000-a/version"));
    Files.writeString(half.resolve(GRAPH), "half");
    Files.createFile(folder.resolve("4711-1700000000000-a.lock"));
    Path gone = Files.createDirectory(folder.resolve("versions/x.gone"));
    Files.writeString(gone.resolve(GRAPH), "half deleted");
    Path note = Files.createFile(folder.resolve("locations/old"));
    Files.setLastModifiedTime(note, FileTime.from(Instant.now().minus(Duration.ofDays(31))));

    cache = open(1000);
    assertThat(half).doesNotExist();
    assertThat(gone).doesNotExist();
    assertThat(note).doesNotExist();
    assertThat(entries()).isEmpty();
  }

  @Test
  void open_folderThatOthersMayChange_isRefused() throws Exception {
    Path open = Files.createDirectory(temporary.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> ModelCache.open(open, copies, 1, null))
        .hasMessageContaining("mode 0700");
  }
}
