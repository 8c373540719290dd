package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelFiles;
import io.millrace.tensorflow.TensorFlowEngine;
import io.millrace.testing.models.SavedModels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions from bytes, all the way to what TensorFlow answers. */
class ModelBytesITCase {
  @TempDir private Path folder;
  private Path version;
  private String digest;

  @BeforeEach
  void writeModel() throws Exception {
    version = SavedModels.linear(folder.resolve("fraud/7"), new float[] {2, 3}, 1);
    digest = Packaged.write(version).version().digest();
  }

  private static void assertScores(ModelFiles files) throws Exception {
    try (Model model = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT);
        Batch batch = model.newBatch(new BatchOptions(model.signature(null), true, 1, false))) {
      batch.append(new float[] {5, 7}, (x, row) -> row.input("x").put(x, 0, x.length));
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("y").getFloat(0)).isEqualTo(32);
    }
  }

  @Test
  void of_buffersOnAndOffTheHeap_scoreEachTimeTheyAreLoaded() throws Exception {
    Map<String, ByteBuffer> buffers = new HashMap<>();
    for (Path file : Packaged.files(version)) {
      byte[] content = Files.readAllBytes(file);
      // Graph, index, shard and manifest, by turns.
      ByteBuffer buffer =
          buffers.size() % 2 == 0
              ? ByteBuffer.allocate(content.length)
              : ByteBuffer.allocateDirect(content.length);
      buffers.put(version.relativize(file).toString(), buffer.put(content).flip());
    }
    assertThat(buffers.values()).extracting(ByteBuffer::isDirect).contains(true, false);

    for (int i = 0; i < 2; i++) {
      try (ModelFiles files = ModelBytes.of("fraud/7", buffers, digest)) {
        assertScores(files);
        assertScores(files);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
  void ofZip_versionInAFolder_scores(int method) throws Exception {
    byte[] zip = zip(method);
    try (ModelFiles files = ModelBytes.ofZip("fraud/7", new ByteArrayInputStream(zip), digest)) {
      assertScores(files);
    }
  }

  private byte[] zip(int method) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Path file : Packaged.files(version)) {
        byte[] content = Files.readAllBytes(file);
        zip.putNextEntry(entry("7/" + version.relativize(file), content, method));
        zip.write(content);
      }
    }
    return bytes.toByteArray();
  }

  private static ZipEntry entry(String path, byte[] content, int method) {
    ZipEntry entry = new ZipEntry(path);
    entry.setMethod(method);
    if (method == ZipEntry.STORED) {
      CRC32 checksum = new CRC32();
      checksum.update(content);
      entry.setCrc(checksum.getValue());
      entry.setSize(content.length);
    }
    return entry;
  }
}
