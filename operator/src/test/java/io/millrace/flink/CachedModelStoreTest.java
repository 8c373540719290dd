package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import io.millrace.flink.InferenceOptions.Integrity;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelSize;
import io.millrace.serving.Backoff;
import io.millrace.serving.RetryingModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched once, and what becomes of it. */
class CachedModelStoreTest {
  private static final String GRAPH = "saved_model.pb";

  @TempDir private Path temporary;
  private Path copies;
  private Path cache;
  private Path model;
  private FileSystemModelStore remote;

  @BeforeEach
  void writeModel() throws Exception {
    copies = temporary.resolve("copies");
    cache = temporary.resolve("cache");
    model = Files.createDirectories(temporary.resolve("models/m/7"));
    Files.createDirectory(model.resolve("variables"));
    Files.writeString(model.resolve(GRAPH), "graph");
    Files.writeString(model.resolve("variables/variables.index"), "index");
    Files.writeString(model.resolve("variables/variables.data-00000-of-00001"), "weights");
    remote = FileSystemModelStore.of(List.of(temporary.resolve("models").toString()), copies);
  }

  /** As a task has it: one for each. */
  private CachedModelStore store() {
    return new CachedModelStore(remote, () -> ModelCache.open(cache, copies, Long.MAX_VALUE, null));
  }

  private ModelFiles fetch(@Nullable String digest) throws Exception {
    return store().fetch(model.toUri(), digest);
  }

  private static AbstractThrowableAssert<?, ModelException> assertRejected(
      ThrowingCallable call, ModelReason reason) {
    return assertThatThrownBy(call)
        .asInstanceOf(throwable(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /** Two fetches would have made two files. */
  private static Object inode(ModelFiles files) throws IOException {
    return Files.getAttribute(files.directory().resolve(GRAPH), "unix:ino");
  }

  private void age() throws IOException {
    for (Path file : Packaged.files(model)) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
    }
  }

  private static List<ModelFiles> atOnce(int threads, Callable<ModelFiles> fetch) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CountDownLatch start = new CountDownLatch(threads);
      List<Future<ModelFiles>> fetches = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        fetches.add(
            executor.submit(
                () -> {
                  start.countDown();
                  start.await();
                  return fetch.call();
                }));
      }
      List<ModelFiles> files = new ArrayList<>();
      for (Future<ModelFiles> one : fetches) {
        files.add(one.get(3, TimeUnit.MINUTES));
      }
      return files;
    } finally {
      executor.shutdownNow();
    }
  }

  private void assertFetchedOnce(Callable<ModelFiles> fetch) throws Exception {
    List<ModelFiles> all = atOnce(6, fetch);
    Set<Object> inodes = new HashSet<>();
    Set<Path> directories = new HashSet<>();
    for (ModelFiles files : all) {
      inodes.add(inode(files));
      directories.add(files.directory());
      files.close();
    }
    assertThat(inodes).hasSize(1);
    assertThat(directories).hasSize(6);
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void fetch_manySlotsAtOnce_packagedVersionIsFetchedOnce() throws Exception {
    Packaged.write(model);
    assertFetchedOnce(() -> fetch(null));
  }

  @Test
  void fetch_manySlotsAtOnce_versionWithoutManifestIsFetchedOnce() throws Exception {
    age();
    assertFetchedOnce(() -> fetch(null));
  }

  @Test
  void fetch_versionWithoutManifestThatChanged_isFetchedAnew() throws Exception {
    age();
    fetch(null).close();
    Files.writeString(model.resolve(GRAPH), "Graph");
    try (ModelFiles files = fetch(null)) {
      assertThat(files.directory().resolve(GRAPH)).hasContent("Graph");
    }
    // Written just now: the next change may not show in its time.
    FileTime before = Files.getLastModifiedTime(model.resolve(GRAPH));
    fetch(null).close();
    Files.writeString(model.resolve(GRAPH), "gRAPH");
    Files.setLastModifiedTime(model.resolve(GRAPH), before);
    try (ModelFiles files = fetch(null)) {
      assertThat(files.directory().resolve(GRAPH)).hasContent("gRAPH");
    }
  }

  @Test
  void fetch_sameBytesElsewhere_areNotFetchedAgain() throws Exception {
    Packaged.write(model);
    try (ModelFiles first = fetch(null)) {
      Path other = temporary.resolve("models/m/8");
      Files.createDirectories(other.resolve("variables"));
      for (Path file : Packaged.files(model)) {
        Files.copy(file, other.resolve(model.relativize(file)));
      }
      try (ModelFiles second = store().fetch(other.toUri(), null)) {
        assertThat(inode(second)).isEqualTo(inode(first));
      }
    }
  }

  @Test
  void fault37_versionGoneFromItsLocation_comesFromTheCacheOrNotAtAll() throws Exception {
    String digest;
    try (ModelFiles files = fetch(null)) {
      digest = files.digest();
    }
    Files.move(model, model.resolveSibling("moved"));

    try (ModelFiles files = fetch(digest)) {
      assertThat(files.digest()).isEqualTo(digest);
      assertThat(files.directory().resolve(GRAPH)).hasContent("graph");
    }
    assertRejected(() -> fetch(null), ModelReason.NOT_FOUND);
    PrivateFolder.delete(cache);
    assertRejected(() -> fetch(digest), ModelReason.NOT_FOUND)
        .hasMessageContaining("file://" + model + " does not exist");
  }

  @Test
  void fault28_outsideTheRoots_isRefusedBeforeAnyInputOrOutputAlsoIfItIsInTheCache()
      throws Exception {
    String digest;
    try (ModelFiles files = fetch(null)) {
      digest = files.digest();
    }
    remote = FileSystemModelStore.of(List.of("hdfs://nowhere.invalid/models"), copies);
    CachedModelStore outside =
        new CachedModelStore(
            remote,
            () -> {
              throw new AssertionError("the cache was opened");
            });
    assertRejected(() -> outside.fetch(model.toUri(), digest), ModelReason.OUTSIDE_ROOTS)
        .hasMessageContaining("model.roots");
  }

  @Test
  void fault46_tamperedEntry_isFetchedAgain_orRefusedWhereTheVersionIsGone() throws Exception {
    String digest = Packaged.write(model).version().digest();
    fetch(digest).close();
    tamper();
    try (ModelFiles files = fetch(digest)) {
      assertThat(files.directory().resolve(GRAPH)).hasContent("graph");
    }
    tamper();
    Files.move(model, model.resolveSibling("moved"));
    assertRejected(() -> fetch(digest), ModelReason.NOT_FOUND);
    assertThat(copies).isEmptyDirectory();
  }

  private void tamper() throws IOException {
    try (Stream<Path> paths = Files.walk(cache)) {
      Path graph = paths.filter(path -> path.endsWith(GRAPH)).findAny().orElseThrow();
      Files.delete(graph);
      Files.writeString(graph, "Graph");
    }
  }

  @Test
  void fault02_versionVanishesBetweenListingAndCopy_isTriedAgainAndThenRejected() throws Exception {
    AtomicInteger lists = new AtomicInteger();
    remote =
        remote.limitedBy(
            (location, size) -> {
              if (lists.incrementAndGet() == 2) {
                delete(model);
              } else if (lists.get() == 1) {
                delete(model.resolve(GRAPH));
              }
            });
    List<String> pauses = new ArrayList<>();
    RetryingModelStore retrying =
        new RetryingModelStore(
            store(),
            new Backoff(3, Duration.ofMillis(1), Duration.ofMillis(1)),
            FetchSettings::mayPass,
            () -> 0,
            (retry, delay, failure) -> {
              pauses.add(failure.reason().name());
              writeAgain();
            });

    assertRejected(() -> retrying.fetch(model.toUri(), null), ModelReason.NOT_FOUND);
    assertThat(pauses).containsExactly("FETCH_FAILED", "FETCH_FAILED");
    assertThat(copies).isEmptyDirectory();
  }

  private static void delete(Path path) {
    try {
      PrivateFolder.delete(path);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void writeAgain() {
    if (Files.exists(model)) {
      try {
        Files.writeString(model.resolve(GRAPH), "graph");
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void fetch_cacheThatCannotBeUsed_fetchesWithoutIt() throws Exception {
    Files.writeString(cache, "a file");
    try (ModelFiles files = fetch(null)) {
      assertThat(files.directory().resolve(GRAPH)).hasContent("graph");
    }
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void fetch_cacheThatCouldNotBeUsedForAWhile_isUsedAgain() throws Exception {
    age();
    Files.writeString(cache, "a file");
    CachedModelStore store = store();
    store.fetch(model.toUri(), null).close();
    Files.delete(cache);
    try (ModelFiles first = store.fetch(model.toUri(), null);
        ModelFiles second = store.fetch(model.toUri(), null)) {
      assertThat(inode(second)).isEqualTo(inode(first));
    }
  }

  @Test
  void fetch_fromTheCache_isTooLargeAllTheSame() throws Exception {
    String digest = Packaged.write(model).version().digest();
    fetch(digest).close();
    remote =
        remote.limitedBy(
            (location, size) -> {
              assertThat(size).isEqualTo(new ModelSize(5, 12));
              throw new ModelException(ModelReason.TOO_LARGE, location + " is too large");
            });
    assertRejected(() -> fetch(digest), ModelReason.TOO_LARGE);
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void fetch_manifestDemanded_isNotServedWithWhatCameWithoutOne() throws Exception {
    String digest;
    try (ModelFiles files = fetch(null)) {
      digest = files.digest();
    }
    remote = remote.with(Integrity.REQUIRED);
    assertRejected(() -> fetch(digest), ModelReason.INCOMPLETE)
        .hasMessageContaining("has no manifest.json");
    Packaged.write(model);
    fetch(digest).close();
  }

  @Test
  void fault45_noRoom_isRefusedBeforeAnyCopy() throws Exception {
    CachedModelStore full =
        new CachedModelStore(
            remote, () -> ModelCache.open(cache, copies, Long.MAX_VALUE, () -> 16));
    assertRejected(() -> full.fetch(model.toUri(), null), ModelReason.FETCH_FAILED)
        .hasMessageContaining("file://" + model + ": no room below " + cache)
        .hasMessageContaining("16 bytes are free")
        .hasMessageContaining("expected 17 bytes");
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void fetch_interruptedWhileAnotherFetches_endsAtOnce() throws Exception {
    ModelCache shared = ModelCache.open(cache, copies, Long.MAX_VALUE, null);
    try (LocationLock lock = shared.lock(remote.locate(model.toUri()))) {
      assertThat(lock).isNotNull();
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> fetch(null)).isInstanceOf(InterruptedException.class);
    }
    fetch(null).close();
  }
}
