package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.InferenceException;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorReader;
import io.millrace.tensorflow.TensorFlowEngine;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random records through real models: whatever form they come in and whatever else is in their
 * batch, each answer is the one that the record gets by itself, bit for bit.
 */
class RecordFormsITCase {
  private static final List<Integer> BATCH_SIZES = List.of(1, 2, 7, 64);
  private static final int RECORDS = 70;
  private static final int LONGEST = 6;

  @TempDir Path folder;

  private final long seed = 20261126;
  private final Random random = new Random(seed);

  @BeforeEach
  void tellSeed() {
    System.out.println("seed " + seed);
  }

  private static Model load(Path directory) throws ModelException {
    ModelFiles files = new ModelFiles(directory, "sha256:" + "0".repeat(64), 0, () -> {});
    return TensorFlowEngine.create().load(files, LoadOptions.DEFAULT);
  }

  @Test
  void identity_rowsOfOneShape_answersWhatItWasSent() throws Exception {
    try (Model model = load(SavedModels.identity(folder.resolve("1")))) {
      for (ElementType type : ElementType.values()) {
        List<RandomValue> values = values(i -> RandomValue.of(type, 2, random));
        compare(model, model.signature(type.toString()), values, null);
      }
    }
  }

  @Test
  void identity_rowsOfManyShapes_answersWhatItWasSentInGroups() throws Exception {
    try (Model model = load(SavedModels.raggedIdentity(folder.resolve("1"), 1))) {
      for (ElementType type : ElementType.values()) {
        compare(model, model.signature(type.toString()), ragged(type), null);
      }
    }
  }

  @Test
  void identity_rowsOfManyShapes_answersWhatItWasSentAndItsPadding() throws Exception {
    try (Model model = load(SavedModels.raggedIdentity(folder.resolve("1"), 1))) {
      for (ElementType type : ElementType.values()) {
        compare(model, model.signature(type.toString()), ragged(type), padValue(type));
      }
    }
  }

  @Test
  void models_thatCalculate_answerAsForEachRecordAlone() throws Exception {
    // Small integers, as sums of other numbers depend on the order in which they are added.
    try (Model linear = load(SavedModels.linear(folder.resolve("1"), new float[] {2, -3, 5}, 1));
        Model sum = load(SavedModels.ragged(folder.resolve("2")))) {
      compare(linear, linear.signature(null), values(i -> integers(3)), null);
      List<RandomValue> ragged = values(i -> integers(random.nextInt(LONGEST + 1)));
      compare(sum, sum.signature(null), ragged, null);
      compare(sum, sum.signature(null), ragged, "0");
    }
  }

  private static List<RandomValue> values(IntFunction<RandomValue> value) {
    return IntStream.range(0, RECORDS).mapToObj(value).toList();
  }

  private List<RandomValue> ragged(ElementType type) {
    return values(i -> RandomValue.of(type, random.nextInt(LONGEST + 1), random));
  }

  private RandomValue integers(int length) {
    long[] bits =
        random.ints(length, -1_000, 1_000).mapToLong(n -> Float.floatToIntBits(n)).toArray();
    return new RandomValue(ElementType.FLOAT32, bits, List.of());
  }

  private static String padValue(ElementType type) {
    return switch (type) {
      case STRING -> "pad";
      case BOOL -> "false";
      default -> "0";
    };
  }

  /** Sends the values in every form that has them, in batches of every size. */
  private void compare(
      Model model, Signature signature, List<RandomValue> values, @Nullable String pad)
      throws Exception {
    boolean open = !signature.inputs().get(0).shape().withoutFirst().isFullyKnown();
    List<List<String>> alone = null;
    for (RecordForm form : RecordForm.values()) {
      if (form.has(values.get(0).type(), open)) {
        FeatureWriter<KafkaRecord> format =
            form.format(values.get(0).type(), values.get(0).length());
        List<KafkaRecord> records = values.stream().map(form::record).toList();
        assertReader(form, format, records, signature);
        Answers answers =
            new Answers(model, signature, "seed " + seed + ", " + form + ", " + signature);
        if (alone == null) {
          alone = answers.of(records, format, 1, null);
          assertIdentity(signature, values, alone);
        }
        for (int size : BATCH_SIZES) {
          answers.assertSame(alone, answers.of(records, format, size, pad), size, pad);
        }
      }
    }
  }

  /** A model with as much output as input gives back what it gets. */
  private void assertIdentity(
      Signature signature, List<RandomValue> values, List<List<String>> alone) {
    if (signature.outputs().get(0).shape().equals(signature.inputs().get(0).shape())) {
      assertThat(alone)
          .as("seed %d, %s", seed, signature)
          .isEqualTo(values.stream().map(RecordFormsITCase::elements).toList());
    }
  }

  private static List<String> elements(RandomValue value) {
    return value.type() == ElementType.STRING
        ? value.strings()
        : elements(value.memory(), value.length());
  }

  private static List<String> elements(byte[] memory, int count) {
    int size = count == 0 ? 0 : memory.length / count;
    return IntStream.range(0, count)
        .mapToObj(i -> HexFormat.of().formatHex(memory, i * size, (i + 1) * size))
        .toList();
  }

  private static void assertReader(
      RecordForm form,
      FeatureWriter<KafkaRecord> format,
      List<KafkaRecord> records,
      Signature signature) {
    boolean complex = signature.inputs().get(0).type().isComplex();
    if (format instanceof JsonRecordFormat json) {
      for (KafkaRecord record : records) {
        RecordingRow row = new RecordingRow(signature, true);
        boolean plain = json.readersFor(row).plain().read(record.value(), row);
        assertThat(plain)
            .as(new String(record.value(), UTF_8))
            .isEqualTo(form != RecordForm.JSON_BY_TOKENS && !complex);
      }
    }
  }

  /** What a model answers, an element a string. */
  private record Answers(Model model, Signature signature, String what) {

    List<List<String>> of(
        List<KafkaRecord> records,
        FeatureWriter<KafkaRecord> format,
        int batchSize,
        @Nullable String pad)
        throws Exception {
      Map<String, String> padValues = pad == null ? null : Map.of("x", pad);
      List<List<String>> answers = new ArrayList<>();
      try (Batch batch =
          model.newBatch(
              new BatchOptions(signature, true, BatchSizes.upTo(batchSize), false, padValues))) {
        for (KafkaRecord record : records) {
          if (batch.isFull() || !batch.append(record, format)) {
            flush(batch, answers);
            assertThat(batch.append(record, format)).as(what).isTrue();
          }
        }
        flush(batch, answers);
      }
      return answers;
    }

    private static void flush(Batch batch, List<List<String>> answers) throws InferenceException {
      batch.run(0, batch.rows());
      for (int i = 0; i < batch.rows(); i++) {
        TensorReader output = batch.prediction(i).output(0);
        answers.add(
            output.spec().type() == ElementType.STRING
                ? IntStream.range(0, output.size()).mapToObj(output::getString).toList()
                : RecordFormsITCase.elements(output.getRaw(), output.size()));
      }
      batch.clear();
    }

    /** With padding, an answer may be longer by what was padded. */
    void assertSame(
        List<List<String>> alone, List<List<String>> answers, int size, @Nullable String pad) {
      assertThat(answers).as(what).hasSameSizeAs(alone);
      if (pad != null && size > 2 && signature.outputs().get(0).shape().rank() > 1) {
        assertThat(elements(answers)).as("padding in %s", what).isGreaterThan(elements(alone));
      }
      for (int i = 0; i < alone.size(); i++) {
        List<String> expected = alone.get(i);
        List<String> answer = answers.get(i);
        int padded = pad == null ? 0 : Math.max(answer.size() - expected.size(), 0);
        assertThat(answer.subList(0, answer.size() - padded))
            .as("%s, batches of %d, record %d", what, size, i)
            .isEqualTo(expected);
        assertThat(answer.subList(answer.size() - padded, answer.size()))
            .as("%s, padding of record %d", what, i)
            .isEqualTo(Collections.nCopies(padded, padding(pad)));
      }
    }

    private static int elements(List<List<String>> answers) {
      return answers.stream().mapToInt(List::size).sum();
    }

    private String padding(@Nullable String pad) {
      ElementType type = signature.outputs().get(0).type();
      return type == ElementType.STRING ? String.valueOf(pad) : "00".repeat(type.byteSize());
    }
  }
}
