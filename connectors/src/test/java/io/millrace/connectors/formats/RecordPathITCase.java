package io.millrace.connectors.formats;

import static io.millrace.testing.models.ExampleBytes.floats;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.serving.WarmUp;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.TensorFlowEngine;
import io.millrace.testing.models.ExampleBytes;
import io.millrace.testing.models.SavedModels;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of each format through a real model. */
class RecordPathITCase {
  private static final int ROWS = 64;
  private static final int RECORDS = 10_000;

  /**
   * What the JVM itself may allocate while as many records are read: less than half a byte each.
   */
  private static final long JVM_BYTES = 4_096;

  private static final FeatureWriter<KafkaRecord> EXAMPLES = ExampleRecordFormat.builder().build();

  @TempDir Path folder;

  private static Model load(Path directory) throws ModelException {
    ModelFiles files = new ModelFiles(directory, "sha256:" + "0".repeat(64), 0, () -> {});
    return TensorFlowEngine.create().load(files, LoadOptions.DEFAULT);
  }

  private static Batch batch(Model model) throws ModelException {
    Signature signature = model.signature(null);
    WarmUp.Rows rows = WarmUp.run(model, signature, BatchDimension.FIND_OUT, BatchSizes.upTo(ROWS));
    assertThat(rows).isEqualTo(new WarmUp.Rows(true, BatchSizes.upTo(ROWS)));
    return model.newBatch(new BatchOptions(signature, true, ROWS, true));
  }

  private static KafkaRecord record(byte[] value) {
    return new KafkaRecord("in", 0, 0, 0, 0, null, value);
  }

  private static KafkaRecord example(float a, float b) {
    return record(ExampleBytes.of(Map.of("x", floats(a, b), "label", floats(7))));
  }

  @Test
  void example_modelParsesItself_isHandedWhole() throws Exception {
    try (Model model = load(SavedModels.parsing(folder.resolve("1")));
        Batch batch = batch(model)) {
      for (int i = 0; i < ROWS; i++) {
        batch.append(example(i, -i), EXAMPLES);
      }
      batch.run(0, ROWS);
      for (int i = 0; i < ROWS; i++) {
        assertThat(batch.prediction(i).output("y").getFloat(0)).isEqualTo(i);
        assertThat(batch.prediction(i).output("y").getFloat(1)).isEqualTo(-i);
      }
    }
  }

  @Test
  void append_plainRecordsOfOneShape_allocatesNothing() throws Exception {
    try (Model model = load(SavedModels.identity(folder.resolve("1")))) {
      assertAllocatesNothing(model, false);
    }
  }

  @Test
  void append_plainRecordsOfManyShapes_allocatesNothing() throws Exception {
    try (Model model = load(SavedModels.raggedIdentity(folder.resolve("1"), 1))) {
      assertAllocatesNothing(model, true);
    }
  }

  @Test
  void append_examplesHandedWhole_allocatesNothing() throws Exception {
    try (Model model = load(SavedModels.parsing(folder.resolve("1")));
        Batch batch = batch(model)) {
      assertThat(allocated(batch, List.of(example(1, 2), example(3, 4)), EXAMPLES))
          .isLessThan(JVM_BYTES);
    }
  }

  private static void assertAllocatesNothing(Model model, boolean open) throws ModelException {
    for (String name :
        List.of("float32", "float64", "float16", "int64", "int8", "bool", "string")) {
      for (RecordForm form : RecordForm.values()) {
        if (form.has(ElementType.of(name), open) && form != RecordForm.JSON_BY_TOKENS) {
          assertThat(allocated(model.signature(name), model, form, open))
              .as("bytes for %d records of %s, %s", RECORDS, name, form)
              .isLessThan(JVM_BYTES);
        }
      }
    }
  }

  private static long allocated(Signature signature, Model model, RecordForm form, boolean open)
      throws ModelException {
    ElementType type = signature.inputs().get(0).type();
    Random random = new Random(20261126);
    List<KafkaRecord> records =
        List.of(
            form.record(RandomValue.of(type, open ? 1 : 2, random)),
            form.record(RandomValue.of(type, 2, random)));
    try (Batch batch = model.newBatch(new BatchOptions(signature, true, ROWS, true))) {
      return allocated(batch, records, form.format(type, 2));
    }
  }

  /** What {@link #RECORDS} records allocate, after as many that load classes and grow arrays. */
  private static long allocated(
      Batch batch, List<KafkaRecord> records, FeatureWriter<KafkaRecord> format) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = 0;
    for (int i = 0; i < 2 * RECORDS; i++) {
      if (i == RECORDS) {
        before = threads.getThreadAllocatedBytes(thread);
      }
      if (i % ROWS == 0) {
        batch.clear();
      }
      batch.append(records.get(i % 2), format);
    }
    return threads.getThreadAllocatedBytes(thread) - before;
  }
}
