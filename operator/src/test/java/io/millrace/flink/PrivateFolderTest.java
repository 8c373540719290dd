package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFolderTest {
  @TempDir Path temporary;
  private Path parent;

  @BeforeEach
  void createParent() throws Exception {
    parent =
        Files.createDirectory(
            temporary.resolve("parent"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private Path leftOver(String name) throws Exception {
    Path folder = Files.createDirectories(parent.resolve(name).resolve("variables")).getParent();
    Files.writeString(folder.resolve("variables/x"), "x");
    Files.createSymbolicLink(folder.resolve("link"), temporary);
    Files.createFile(parent.resolve(name + ".lock"));
    return folder;
  }

  @Test
  void create_foldersOfDeadProcesses_areSweptAndOthersAreNot() throws Exception {
    Path dead = leftOver("4711-1700000000000-a");
    Path unknown = Files.createDirectory(parent.resolve("something else"));
    try (PrivateFolder first = PrivateFolder.create(parent);
        PrivateFolder second = PrivateFolder.create(parent)) {
      assertThat(dead).doesNotExist();
      assertThat(parent.resolve("4711-1700000000000-a.lock")).doesNotExist();
      assertThat(unknown).exists();
      assertThat(first.path()).exists().isNotEqualTo(second.path());
      assertThat(second.path()).exists();
      assertThat(temporary).as("a link is not followed").exists();
    }
    assertThat(parent).isDirectoryNotContaining("glob:**.lock");
  }

  @Test
  void create_afterAClose_takesTheNameThatIsFree() throws Exception {
    Path first;
    try (PrivateFolder one = PrivateFolder.create(parent);
        PrivateFolder other = PrivateFolder.create(parent)) {
      first = one.path();
      one.close();
      try (PrivateFolder again = PrivateFolder.create(parent);
          PrivateFolder more = PrivateFolder.create(parent)) {
        assertThat(again.path()).isEqualTo(first).isDirectory();
        assertThat(List.of(first, other.path())).doesNotContain(more.path());
      }
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void create_lockFileOfAHeldFolderWasCleanedUp_takesAnother() throws Exception {
    try (PrivateFolder held = PrivateFolder.create(parent)) {
      Files.delete(held.path().resolveSibling(held.path().getFileName() + ".lock"));
      try (PrivateFolder next = PrivateFolder.create(parent)) {
        assertThat(next.path()).isDirectory().isNotEqualTo(held.path());
      }
      assertThat(held.path()).isDirectory();
    }
    assertThat(parent).isEmptyDirectory();
  }

  /** Whoever sweeps may have opened a lock file whose folder is closed meanwhile. */
  @Test
  void close_lockFileThatAnotherHasOpen_saysThatItIsOver() throws Exception {
    PrivateFolder folder = PrivateFolder.create(parent);
    Path lockFile = folder.path().resolveSibling(folder.path().getFileName() + ".lock");
    try (FileChannel opened = FileChannel.open(lockFile, StandardOpenOption.READ)) {
      assertThat(opened.size()).isZero();
      folder.close();
      assertThat(opened.size()).isPositive();
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void create_byManyThreads_givesEachItsOwn() throws Exception {
    Set<Path> held = ConcurrentHashMap.newKeySet();
    Callable<Void> createAndClose =
        () -> {
          for (int i = 0; i < 50; i++) {
            try (PrivateFolder folder = PrivateFolder.create(parent)) {
              assertThat(held.add(folder.path())).as("%s is free", folder.path()).isTrue();
              assertThat(folder.path()).isEmptyDirectory();
              held.remove(folder.path());
            }
          }
          return null;
        };
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Void> done : threads.invokeAll(Collections.nCopies(4, createAndClose))) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void create_whileAnotherThreadSweeps_leavesThatToIt() throws Exception {
    Path dead = leftOver("4711-1700000000000-a");
    Path lockFile = parent.resolve("4711-1700000000000-a.lock");
    try (FileChannel sweeping = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
      assertThat(sweeping.tryLock()).isNotNull();
      try (PrivateFolder folder = PrivateFolder.create(parent)) {
        assertThat(folder.path()).exists();
        assertThat(dead).exists();
      }
    }
  }
}
