package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.FaultyConnection.Mode;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.Manifest;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.serving.Backoff;
import io.millrace.serving.RetryingModelStore;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.HdfsCluster;
import io.millrace.testing.processes.S3Server;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real HDFS and a real S3 API that fail while versions are fetched, under a job that scores. */
class StorageFaultsITCase {
  /** Four megabytes: longer than what a cut connection lets through. */
  private static final int BALLAST = 1 << 20;

  /** Sixty-four: there is time to look at the copy while it grows. */
  private static final int LONG_COPY = 1 << 24;

  private static final String SHARD = "variables/variables.data-00000-of-00001";

  @TempDir static Path temporary;
  private static HdfsCluster hdfs;
  private static S3Server s3;
  private static FaultyConnection connection;

  @BeforeAll
  static void startServers() throws Exception {
    System.setProperty("aws.java.v1.disableDeprecationAnnouncement", "true");
    s3 = S3Server.start(S3Server.jars(), temporary.resolve("s3"));
    s3.createBucket("models");
    connection = FaultyConnection.to(s3.endpoint());
    hdfs = HdfsCluster.start(HdfsCluster.jars(), temporary.resolve("hdfs"));
    Configuration configuration =
        GlobalConfiguration.loadConfiguration(Path.of("..", "flink-conf").toString());
    configuration.setString("s3.endpoint", connection.endpoint().toString());
    configuration.setString("s3.path.style.access", "true");
    configuration.setString("s3.access-key", s3.accessKey());
    configuration.setString("s3.secret-key", s3.secretKey());
    // The clients' own patience is as short as it can be, so that ours is seen.
    configuration.setString("s3.attempts.maximum", "1");
    configuration.setString("s3.retry.limit", "1");
    configuration.setString("s3.retry.interval", "10ms");
    configuration.setString("s3.retry.throttle.limit", "1");
    configuration.setString("s3.retry.throttle.interval", "10ms");
    configuration.setString("flink.hadoop.ipc.client.connect.max.retries", "0");
    FileSystem.initialize(
        configuration,
        new DefaultPluginManager(
            new DirectoryBasedPluginFinder(Path.of("target", "plugins")).findPlugins(),
            new String[] {"java.", "org.apache.flink.", "org.slf4j."}));
  }

  @AfterAll
  static void stopServers() throws Exception {
    FileSystem.initialize(new Configuration(), null);
    for (AutoCloseable server : new AutoCloseable[] {connection, s3, hdfs}) {
      if (server != null) {
        server.close();
      }
    }
  }

  @AfterEach
  void nothingIsHeld() {
    connection.set(Mode.PASS);
    assertThat(SharedModel.held()).isZero();
  }

  /** Makes a version and puts it there, with its manifest if it is to have one. */
  private static Publish version(URI root, long version, boolean packaged) throws Exception {
    return version(root, version, packaged, BALLAST);
  }

  private static Publish version(URI root, long version, boolean packaged, int ballast)
      throws Exception {
    Path local = temporary.resolve(root.getScheme() + root.getPath() + "/m/" + version);
    SavedModels.constantVersion(local, version, ballast);
    if (packaged) {
      Packaged.write(local);
    }
    for (Path file : Packaged.files(local)) {
      put(
          URI.create(root + "/" + version + "/" + local.relativize(file)),
          Files.readAllBytes(file));
    }
    return publish(root, version);
  }

  private static Publish publish(URI root, long version) {
    URI uri = URI.create(root + "/" + version);
    return new Publish(Harness.MODEL, version, uri, null, version, true, null);
  }

  private static void put(URI uri, byte[] content) throws IOException {
    org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(uri);
    try (OutputStream out = path.getFileSystem().create(path, FileSystem.WriteMode.OVERWRITE)) {
      out.write(content);
    }
  }

  private static Harness harness(URI root, Command first, int retries) throws Exception {
    Configuration options = new Configuration();
    options.set(InferenceOptions.MAX_BATCH_SIZE, 1);
    options.set(InferenceOptions.MAX_NUM_LOAD_RETRIES, retries);
    return Harness.open(root.toString(), List.of(first), options);
  }

  private static void assertScores(Harness harness, float value, long version) throws Exception {
    harness.record(value);
    assertThat(harness.output()).last().isEqualTo(value + "@" + version);
  }

  private static ModelEvent rejection(Harness harness) throws Exception {
    harness.await(() -> harness.events().stream().anyMatch(event -> event.reason() != null));
    return harness.events().stream()
        .filter(event -> event.reason() != null)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void fault41_hdfsRestartsWhileBytesFlow_theLoadIsRetriedAndTheStreamGoesOn() throws Exception {
    URI root = hdfs.uri().resolve("/models");
    Publish first = version(root, 1, false);
    Publish second = version(root, 2, true, LONG_COPY);
    CompletableFuture<ModelException> failed = new CompletableFuture<>();
    CompletableFuture<Void> running = new CompletableFuture<>();
    try (Harness harness = harness(root, first, 1_000)) {
      assertScores(harness, 1, 1);
      FutureTask<ModelFiles> fetch =
          new FutureTask<>(
              () -> waitingToTryAgain(root, failed, running).fetch(second.uri(), null));
      new Thread(fetch, "fetch").start();
      Await.until(
          "bytes of the shard",
          Duration.ofMinutes(3),
          Duration.ofMillis(1),
          () -> copied(temporary.resolve("copies")) > 0);
      hdfs.stop();
      // Nothing is copied any more.
      assertThat(copied(temporary.resolve("copies"))).isLessThan(LONG_COPY * Float.BYTES);
      ModelException lost = failed.get(3, TimeUnit.MINUTES);
      assertThat(lost.reason()).isEqualTo(ModelReason.FETCH_FAILED);
      assertThat(lost).hasMessageStartingWith("cannot read " + second.uri());

      harness.command(second);
      assertScores(harness, 2, 1);
      hdfs.startAgain();
      running.complete(null);
      harness.awaitActive(2);
      assertScores(harness, 3, 2);
      assertThat(harness.events()).noneMatch(event -> event.reason() != null);
      try (ModelFiles files = fetch.get(3, TimeUnit.MINUTES)) {
        Path local = temporary.resolve("hdfs/models/m/2");
        Manifest manifest = ModelPackage.at(local.toUri()).manifest().orElseThrow();
        assertThat(Packaged.list(files.directory())).isEqualTo(manifest.files());
      }
    }
  }

  /** How much there is of the shard in copies that are being made. */
  private static long copied(Path copies) throws IOException {
    if (Files.notExists(copies)) {
      return 0;
    }
    try (Stream<Path> files = Files.find(copies, 3, (path, attributes) -> path.endsWith(SHARD))) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (UncheckedIOException e) {
      // Deleted meanwhile: a copy that failed.
      return 0;
    }
  }

  /** A store that says how it failed and tries again once it may. */
  private static RetryingModelStore waitingToTryAgain(
      URI root, CompletableFuture<ModelException> failed, CompletableFuture<Void> running) {
    return new RetryingModelStore(
        FileSystemModelStore.of(List.of(root.toString()), temporary.resolve("copies")),
        new Backoff(1, Duration.ofMillis(1), Duration.ofMillis(1)),
        FetchSettings::mayPass,
        () -> 0,
        (retry, delay, failure) -> {
          failed.complete(failure);
          running.join();
        });
  }

  @Test
  void fault42_s3Answers503AndCutsConnections_theLoadIsRetriedAndTheStreamGoesOn()
      throws Exception {
    URI root = URI.create("s3://models/unavailable");
    Publish first = version(root, 1, false);
    Publish second = version(root, 2, true);
    Publish third = version(root, 3, true);
    try (Harness harness = harness(root, first, 1_000)) {
      connection.set(Mode.UNAVAILABLE);
      int before = connection.faults();
      harness.command(second);
      Await.until("requests met with 503", () -> connection.faults() > before + 5);
      assertScores(harness, 1, 1);
      connection.set(Mode.PASS);
      harness.awaitActive(2);

      connection.set(Mode.CUT);
      int whole = connection.faults();
      harness.command(third);
      Await.until("connections were cut", () -> connection.faults() > whole);
      assertScores(harness, 2, 2);
      connection.set(Mode.PASS);
      harness.awaitActive(3);
      assertScores(harness, 3, 3);
      assertThat(harness.events()).noneMatch(event -> event.reason() != null);
    }
  }

  @Test
  void fault42_s3StaysUnavailable_theVersionIsRejectedAfterTheLastTry() throws Exception {
    URI root = URI.create("s3://models/away");
    Publish first = version(root, 1, false);
    try (Harness harness = harness(root, first, 2)) {
      connection.set(Mode.UNAVAILABLE);
      harness.command(publish(root, 2));
      ModelEvent rejected = rejection(harness);
      assertThat(rejected.reason()).isEqualTo(ModelReason.FETCH_FAILED);
      assertThat(rejected.message())
          .contains("cannot read s3://models/away/2", "given up after 3 tries");
      assertScores(harness, 1, 1);
    }
  }

  @Test
  void fault02_versionVanishesWhileItIsRead_isRejectedAndTheStreamGoesOn() throws Exception {
    URI root = URI.create("s3://models/vanishing");
    Publish first = version(root, 1, false);
    Publish second = version(root, 2, true);
    try (Harness harness = harness(root, first, 2)) {
      connection.cutAfter(
          () -> {
            try {
              org.apache.flink.core.fs.Path gone = new org.apache.flink.core.fs.Path(second.uri());
              gone.getFileSystem().delete(gone, true);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      harness.command(second);
      ModelEvent rejected = rejection(harness);
      assertThat(rejected.reason()).isIn(ModelReason.NOT_FOUND, ModelReason.FETCH_FAILED);
      assertThat(rejected.message()).contains(second.uri().toString());
      assertScores(harness, 1, 1);
    }
  }

  @Test
  void fault43_objectReplacedWhileItIsRead_isADigestMismatch() throws Exception {
    URI root = URI.create("s3://models/replaced");
    Publish first = version(root, 1, false);
    Publish second = version(root, 2, true);
    byte[] other = Files.readAllBytes(temporary.resolve("s3/replaced/m/2").resolve(SHARD));
    other[other.length - 1] ^= 1;
    try (Harness harness = harness(root, first, 5)) {
      connection.cutAfter(
          () -> {
            try {
              put(URI.create(second.uri() + "/" + SHARD), other);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      harness.command(second);
      ModelEvent rejected = rejection(harness);
      assertThat(rejected.reason()).isEqualTo(ModelReason.DIGEST_MISMATCH);
      assertThat(rejected.message()).contains("'" + SHARD + "' has SHA-256 ");
      assertScores(harness, 1, 1);
    }
  }

  @Test
  void fault45_diskFullWhileAVersionIsCopied_isRejectedAndTheNextOneIsScored() throws Exception {
    URI root = URI.create("s3://models/full-disk");
    Publish first = version(root, 1, false);
    Publish second = version(root, 2, true);
    Publish third = version(root, 3, true);
    try (Harness harness = harness(root, first, 2)) {
      ModelEvent rejected;
      limitFiles("" + BALLAST);
      try {
        harness.command(second);
        rejected = rejection(harness);
        assertScores(harness, 1, 1);
      } finally {
        limitFiles("unlimited");
      }
      assertThat(rejected.version()).isEqualTo(2);
      assertThat(rejected.reason()).isEqualTo(ModelReason.FETCH_FAILED);
      assertThat(rejected.message())
          .contains("cannot copy " + second.uri() + " to this machine: cannot write /")
          .contains(SHARD + ": java.io.IOException: File too large", "given up after 3 tries");
      assertScores(harness, 2, 1);

      harness.command(third);
      harness.awaitActive(3);
      assertScores(harness, 3, 3);
    }
  }

  /** How large a file this process may write: a longer one fails as on a disk that is full. */
  private static void limitFiles(String bytes) throws Exception {
    String pid = "" + ProcessHandle.current().pid();
    // The soft limit alone: the hard one could not be raised again.
    Process limit =
        new ProcessBuilder("prlimit", "--pid", pid, "--fsize=" + bytes + ":").inheritIO().start();
    assertThat(limit.waitFor()).isZero();
  }

  @Test
  void versionStillBeingUploaded_isIncomplete_andLoadsOnceItIsThere() throws Exception {
    URI root = URI.create("s3://models/uploading");
    Publish first = version(root, 1, false);
    Path local = SavedModels.constantVersion(temporary.resolve("uploading/2"), 2, 10);
    List<Path> files = Packaged.files(local);
    try (Harness harness = harness(root, first, 0)) {
      for (Path file : files.subList(0, files.size() - 1)) {
        put(URI.create(root + "/2/" + local.relativize(file)), Files.readAllBytes(file));
      }
      harness.command(publish(root, 2));
      ModelEvent rejected = rejection(harness);
      assertThat(rejected.reason()).isEqualTo(ModelReason.INCOMPLETE);
      assertThat(rejected.message()).contains("lacks 'variables/variables.index'");
      assertScores(harness, 1, 1);

      Path last = files.get(files.size() - 1);
      put(URI.create(root + "/2/" + local.relativize(last)), Files.readAllBytes(last));
      Publish again = new Publish(Harness.MODEL, 2, publish(root, 2).uri(), null, 3, true, null);
      harness.command(again);
      harness.awaitActive(2);
      assertScores(harness, 2, 2);
    }
  }
}
