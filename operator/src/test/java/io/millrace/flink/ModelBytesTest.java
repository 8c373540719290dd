package io.millrace.flink;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelBytesTest {
  private static final String SHARD = "variables/variables.data-00000-of-00001";

  @TempDir private Path temporary;
  private final Map<String, String> model = new LinkedHashMap<>();
  private String digest;

  @BeforeEach
  void compareWithTheSameFilesOnDisk() throws Exception {
    model.put("saved_model.pb", "graph");
    model.put("variables/variables.index", "index");
    model.put(SHARD, "");
    Path version = temporary.resolve("fraud/7");
    for (Map.Entry<String, String> file : model.entrySet()) {
      Path path = version.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Manifest manifest = Packaged.manifest(version);
    digest = manifest.version().digest();
    model.put(Manifest.FILE_NAME, new String(ManifestJson.write(manifest), UTF_8));
  }

  private Map<String, ByteBuffer> buffers() {
    Map<String, ByteBuffer> buffers = new LinkedHashMap<>();
    model.forEach((path, content) -> buffers.put(path, UTF_8.encode(content)));
    return buffers;
  }

  private byte[] zip(String folder) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(folder + "variables/"));
      for (Map.Entry<String, String> file : model.entrySet()) {
        zip.putNextEntry(new ZipEntry(folder + file.getKey()));
        zip.write(file.getValue().getBytes(UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  private ModelFiles ofZip(byte[] zip) throws ModelException {
    return ModelBytes.ofZip("fraud/7", new ByteArrayInputStream(zip), digest);
  }

  private static AbstractThrowableAssert<?, ModelException> assertRejected(
      ModelReason reason, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .asInstanceOf(throwable(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static void assertModel(ModelFiles files, String digest) throws IOException {
    assertThat(files.digest()).isEqualTo(digest);
    assertThat(files.content().open("saved_model.pb")).hasContent("graph");
    assertThat(files.content().open("variables/variables.index")).hasContent("index");
    assertThat(files.content().size(SHARD)).isZero();
  }

  @Test
  void of_buffers_haveTheDigestOfTheirManifest() throws Exception {
    Map<String, ByteBuffer> buffers = buffers();
    for (int i = 0; i < 2; i++) {
      try (ModelFiles files = ModelBytes.of("fraud/7", buffers, digest)) {
        assertModel(files, digest);
      }
    }
  }

  @Test
  void ofZip_atTheTopOrInAFolder_isTheSame() throws Exception {
    for (String folder : new String[] {"", "7/", "models/fraud/7/"}) {
      try (ModelFiles files = ofZip(zip(folder))) {
        assertModel(files, digest);
      }
    }
  }

  @Test
  void ofZip_stream_isNotClosed() throws Exception {
    byte[] zip = zip("");
    ByteArrayInputStream stream =
        new ByteArrayInputStream(zip) {
          @Override
          public void close() {
            throw new AssertionError("closed");
          }
        };
    ModelBytes.ofZip("fraud/7", stream, null).close();
  }

  @Test
  void otherContent_isRefused() throws Exception {
    model.put("variables/variables.index", "jndex");
    String[] parts = {"fraud/7 is not as its manifest.json says", "variables.index' has SHA-256"};
    assertRejected(ModelReason.DIGEST_MISMATCH, () -> ModelBytes.of("fraud/7", buffers(), null))
        .hasMessageContainingAll(parts);
    byte[] zip = zip("");
    assertRejected(ModelReason.DIGEST_MISMATCH, () -> ofZip(zip)).hasMessageContainingAll(parts);
    model.remove(Manifest.FILE_NAME);
    assertRejected(ModelReason.DIGEST_MISMATCH, () -> ModelBytes.of("fraud/7", buffers(), digest))
        .hasMessageContaining("fraud/7: expected " + digest + " as announced, got sha256:");
  }

  @Test
  void missingAndUnlistedFiles_areRefused() {
    model.remove(SHARD);
    assertRejected(ModelReason.INCOMPLETE, () -> ModelBytes.of("m", buffers(), null))
        .hasMessageContaining("'" + SHARD + "' is missing");
    model.put(SHARD, "");
    model.put("assets/more.txt", "more");
    assertRejected(ModelReason.UNLISTED_FILE, () -> ModelBytes.of("m", buffers(), null))
        .hasMessageContaining("'assets/more.txt' (4 bytes) is not listed");
  }

  @Test
  void ofZip_pathsThatLeadElsewhere_areRefused() throws Exception {
    for (String path : new String[] {"../8/x", "variables/../../x", "/etc/passwd", "a\\b"}) {
      model.put(path, "x");
      byte[] zip = zip("");
      assertRejected(ModelReason.FETCH_FAILED, () -> ofZip(zip))
          .hasMessageContaining("cannot unpack fraud/7: path '" + path + "'");
      model.remove(path);
    }
    assertThatThrownBy(() -> ModelBytes.of("m", Map.of("../x", ByteBuffer.allocate(1)), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path '../x'");
  }

  @Test
  void ofZip_filesBesideTheFolder_areRefused() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String path : new String[] {"7/saved_model.pb", "8/saved_model.pb"}) {
        zip.putNextEntry(new ZipEntry(path));
      }
    }
    assertRejected(ModelReason.UNLISTED_FILE, () -> ofZip(bytes.toByteArray()))
        .hasMessage("fraud/7 holds '8/saved_model.pb': expected files in its folder '7/' alone");
  }

  @Test
  void ofZip_noArchiveOrOneWithoutAModel_isRefused() throws Exception {
    byte[] zip = zip("");
    assertRejected(ModelReason.INCOMPLETE, () -> ofZip(new byte[100]))
        .hasMessageContaining("fraud/7 has no saved_model.pb or saved_model.pbtxt in it");
    int within = new String(zip, ISO_8859_1).indexOf(Manifest.FILE_NAME) + 60;
    assertRejected(ModelReason.FETCH_FAILED, () -> ofZip(Arrays.copyOf(zip, within)))
        .hasMessageContaining("cannot unpack fraud/7");
    zip[40] ^= 1;
    assertThatThrownBy(() -> ofZip(zip)).isInstanceOf(ModelException.class);
  }

  @Test
  void fault47_archiveThatUnpacksToMoreThanIsFree_isRefusedWithTheSizes() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("saved_model.pb"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 40; i++) {
        zip.write(zeros);
      }
    }
    byte[] bomb = bytes.toByteArray();
    assertThat(bomb.length).isLessThan(100_000);
    assertRejected(
            ModelReason.TOO_LARGE,
            () -> ModelBytes.ofZip("bomb", new ByteArrayInputStream(bomb), null, 16 << 20))
        .hasMessageContainingAll("bomb has", "8m of other files", "but 16m are free");
    ModelBytes.ofZip("large", new ByteArrayInputStream(bomb), null, 90 << 20).close();
  }
}
