package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.Integrity;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.BatchSizes;
import io.millrace.model.Command.Publish;
import io.millrace.model.LoadOptions;
import io.millrace.model.Manifest;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.serving.WarmUp;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensorflow.TensorFlowEngine;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.HdfsCluster;
import io.millrace.testing.processes.S3Server;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.apache.flink.core.plugin.PluginManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store and the base against a real HDFS and a real S3 API. */
class RemoteModelStoreITCase {
  @TempDir static Path temporary;
  private static HdfsCluster hdfs;
  private static S3Server s3;

  @BeforeAll
  static void startServers() throws Exception {
    System.setProperty("aws.java.v1.disableDeprecationAnnouncement", "true");
    hdfs = HdfsCluster.start(HdfsCluster.jars(), temporary.resolve("hdfs"));
    s3 = S3Server.start(S3Server.jars(), temporary.resolve("s3"));
    s3.createBucket("models");
    initializeFileSystems(s3.endpoint());
  }

  /** With the retries and time-outs of the configuration that is shipped for a cluster. */
  private static void initializeFileSystems(URI endpoint) throws Exception {
    Configuration configuration =
        GlobalConfiguration.loadConfiguration(Path.of("..", "flink-conf").toString());
    configuration.setString("s3.endpoint", endpoint.toString());
    configuration.setString("s3.path.style.access", "true");
    configuration.setString("s3.access-key", s3.accessKey());
    configuration.setString("s3.secret-key", s3.secretKey());
    PluginManager plugins =
        new DefaultPluginManager(
            new DirectoryBasedPluginFinder(Path.of("target", "plugins")).findPlugins(),
            new String[] {"java.", "org.apache.flink.", "org.slf4j."});
    FileSystem.initialize(configuration, plugins);
  }

  @AfterAll
  static void stopServers() throws Exception {
    FileSystem.initialize(new Configuration(), null);
    if (s3 != null) {
      s3.close();
    }
    if (hdfs != null) {
      hdfs.close();
    }
  }

  @Test
  void fetch_fromHdfs_givesTheFilesAndTheirDigest() throws Exception {
    fetchesAndVerifies(hdfs.uri().resolve("/models"));
  }

  @Test
  void fetch_fromS3_givesTheFilesAndTheirDigest() throws Exception {
    fetchesAndVerifies(URI.create("s3://models/base"));
  }

  private void fetchesAndVerifies(URI root) throws Exception {
    Map<String, byte[]> model = model();
    Path local = temporary.resolve(root.getScheme() + "-local/12");
    write(model, URI.create(root + "/fraud/12"), local);
    put(URI.create(root + "/fraud/3/saved_model.pb"), new byte[] {1});
    put(URI.create(root + "/fraud/halfway/variables/variables.index"), new byte[] {1});
    Path copies = temporary.resolve(root.getScheme() + "-copies");
    List<String> roots = List.of(root.toString(), temporary.toString());
    FileSystemModelStore store = FileSystemModelStore.of(roots, copies);

    ModelBase base = ModelBase.of(URI.create(root + "/fraud"), roots);
    assertThat(base.versions()).extracting(ModelBase.Located::version).containsExactly(3L, 12L);
    ModelBase.Located latest = base.latest();
    assertThat(latest.uri()).isEqualTo(URI.create(root + "/fraud/12"));

    String digest;
    try (ModelFiles files = store.fetch(local.toUri(), null)) {
      digest = files.digest();
    }
    try (ModelFiles files = store.fetch(latest.uri(), digest)) {
      for (Map.Entry<String, byte[]> file : model.entrySet()) {
        assertThat(files.directory().resolve(file.getKey())).hasBinaryContent(file.getValue());
      }
      assertThat(files.digest()).isEqualTo(digest);
    }
    try (ModelFiles files = store.with(Staging.MEMORY).fetch(latest.uri(), digest)) {
      for (Map.Entry<String, byte[]> file : model.entrySet()) {
        assertThat(files.read(file.getKey(), Long.MAX_VALUE)).hasValue(file.getValue());
      }
      assertThat(files.digest()).isEqualTo(digest);
      assertThat(copies).isEmptyDirectory();
    }
    assertRejected(store, base.version(3).uri(), digest, ModelReason.DIGEST_MISMATCH);
    assertRejected(store, URI.create(root + "/fraud/halfway"), null, ModelReason.INCOMPLETE);
    assertRejected(store, URI.create(root + "/fraud/13"), null, ModelReason.NOT_FOUND);
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void load_fromHdfsIntoMemory_runsWithoutACopy() throws Exception {
    loadsFromMemory(hdfs.uri().resolve("/in-memory/1"));
  }

  @Test
  void load_fromS3IntoMemory_runsWithoutACopy() throws Exception {
    loadsFromMemory(URI.create("s3://models/in-memory/1"));
  }

  private static void loadsFromMemory(URI version) throws Exception {
    Path local = temporary.resolve(version.getScheme() + "-in-memory/1");
    SavedModels.linear(local, new float[] {1, 2}, 3);
    for (Manifest.File file : Packaged.list(local)) {
      put(URI.create(version + "/" + file.path()), Files.readAllBytes(local.resolve(file.path())));
    }
    Path copies = Files.createDirectory(temporary.resolve(version.getScheme() + "-no-copies"));
    FileSystemModelStore store =
        FileSystemModelStore.of(List.of(version.toString()), copies).with(Staging.MEMORY);

    try (ModelFiles files = store.fetch(version, null);
        Model model = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT)) {
      assertThat(copies).isEmptyDirectory();
      Signature signature = model.signature(null);
      WarmUp.run(model, signature, BatchDimension.FIND_OUT, BatchSizes.upTo(2));
      assertThat(signature.inputs()).extracting(TensorSpec::shape).containsExactly(Shape.of(-1, 2));
    }
  }

  @Test
  void package_onHdfs_isWrittenOnceAndHeldAgainstTheFiles() throws Exception {
    packagesAndVerifies(hdfs.uri().resolve("/packages"));
  }

  @Test
  void package_onS3_isWrittenOnceAndHeldAgainstTheFiles() throws Exception {
    packagesAndVerifies(URI.create("s3://models/packages"));
  }

  private void packagesAndVerifies(URI root) throws Exception {
    URI version = URI.create(root + "/fraud/7");
    Path local = temporary.resolve(root.getScheme() + "-package/fraud/7");
    write(model(), version, local);
    FileSystemModelStore store =
        FileSystemModelStore.of(List.of(root.toString()), temporary.resolve("packages"))
            .with(Integrity.REQUIRED);
    assertRejected(store, version, null, ModelReason.INCOMPLETE);

    Manifest manifest = Packaged.manifest(local);
    ModelPackage target = ModelPackage.at(version);
    target.write(manifest);
    assertThatThrownBy(() -> target.write(manifest)).hasMessageContaining("is there already");
    assertThat(target.verify().findings()).isEmpty();
    try (ModelFiles files = store.fetch(version, manifest.version().digest())) {
      assertThat(Packaged.list(files.directory())).isEqualTo(manifest.files());
    }

    byte[] shard = model().get("variables/variables.data-00000-of-00001");
    shard[shard.length - 1] ^= 1;
    put(URI.create(version + "/variables/variables.data-00000-of-00001"), shard);
    assertThat(target.verify().findings()).singleElement().asString().contains("has SHA-256");
    assertRejected(store, version, null, ModelReason.DIGEST_MISMATCH);
    put(URI.create(version + "/assets/more.txt"), new byte[] {1});
    assertRejected(store, version, null, ModelReason.UNLISTED_FILE);
    assertThat(target.verify().findings()).hasSize(2);
  }

  @Test
  void timeline_onHdfs_isReplacedAsAWhole() throws Exception {
    replacesTheTimeline(hdfs.uri().resolve("/timelines/fraud"));
  }

  @Test
  void timeline_onS3_isReplacedAsAWhole() throws Exception {
    replacesTheTimeline(URI.create("s3://models/timelines/fraud"));
  }

  private static void replacesTheTimeline(URI base) throws Exception {
    TimelineFile file = TimelineFile.in(base);
    assertThat(file.read("fraud")).isEmpty();
    List<Publish> published = new ArrayList<>();
    for (long sequence = 0; sequence < 3; sequence++) {
      Instant from = Instant.ofEpochSecond(1_000 + sequence);
      URI version = URI.create(base + "/" + sequence);
      published.add(new Publish("fraud", sequence, version, null, sequence, true, from));

      assertThat(file.add("fraud", published)).isTrue();
      assertThat(file.read("fraud").orElseThrow().entries()).isEqualTo(published);
    }
    org.apache.flink.core.fs.Path folder = new org.apache.flink.core.fs.Path(base);
    assertThat(folder.getFileSystem().listStatus(folder))
        .extracting(status -> status.getPath().getName())
        .containsExactlyInAnyOrder("timeline.json", "timeline.json.before");
    assertThat(
            folder
                .getFileSystem()
                .delete(new org.apache.flink.core.fs.Path(folder, "timeline.json"), false))
        .isTrue();
    assertThat(file.read("fraud").orElseThrow().entries()).isEqualTo(published.subList(0, 2));
    assertThat(file.add("fraud", published)).isTrue();
    assertThat(file.read("fraud").orElseThrow().entries()).isEqualTo(published);
  }

  @Test
  void fetch_whereNoHdfsListens_failsWithTheCause() {
    FileSystemModelStore store =
        FileSystemModelStore.of(List.of("hdfs://127.0.0.1:1/"), temporary.resolve("none"));
    URI nowhere = URI.create("hdfs://127.0.0.1:1/models/1");
    assertRejected(store, nowhere, null, ModelReason.FETCH_FAILED);
  }

  @Test
  @Timeout(300) // Ten minutes with Hadoop's defaults.
  void fetch_whereNoS3Listens_failsWithTheCause() throws Exception {
    FileSystemModelStore store =
        FileSystemModelStore.of(List.of("s3://models/"), temporary.resolve("none"));
    initializeFileSystems(URI.create("http://127.0.0.1:1"));
    try {
      assertRejected(store, URI.create("s3://models/base/1"), null, ModelReason.FETCH_FAILED);
    } finally {
      initializeFileSystems(s3.endpoint());
    }
  }

  private static void assertRejected(
      FileSystemModelStore store, URI uri, String digest, ModelReason reason) {
    assertThatThrownBy(() -> store.fetch(uri, digest))
        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(uri.toString());
  }

  private static Map<String, byte[]> model() {
    byte[] variables = new byte[3_000_001];
    new Random(7).nextBytes(variables);
    Map<String, byte[]> files = new TreeMap<>();
    files.put("saved_model.pb", new byte[] {8, 1, 18});
    files.put("variables/variables.index", new byte[] {1, 2, 3});
    files.put("variables/variables.data-00000-of-00001", variables);
    files.put("assets/empty.txt", new byte[0]);
    return files;
  }

  /** Writes a version to both places. */
  private static void write(Map<String, byte[]> model, URI remote, Path local) throws Exception {
    for (Map.Entry<String, byte[]> file : model.entrySet()) {
      put(URI.create(remote + "/" + file.getKey()), file.getValue());
      Path copy = local.resolve(file.getKey());
      Files.createDirectories(copy.getParent());
      Files.write(copy, file.getValue());
    }
  }

  private static void put(URI uri, byte[] content) throws Exception {
    org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(uri);
    try (OutputStream out = path.getFileSystem().create(path, FileSystem.WriteMode.OVERWRITE)) {
      out.write(content);
    }
  }
}
