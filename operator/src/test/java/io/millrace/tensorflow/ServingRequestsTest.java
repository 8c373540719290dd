package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.millrace.model.HeapShare;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.SampleRow;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.testing.models.Tensors;
import io.millrace.testing.models.WarmUpRequests;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

class ServingRequestsTest {
  private static final TensorSpec X = new TensorSpec("x", ElementType.FLOAT32, Shape.of(-1, 2));
  private static final TensorSpec WORD = new TensorSpec("word", ElementType.STRING, Shape.of(-1));
  private static final Signature BATCHED = signature(X, WORD);

  @TempDir private Path directory;

  private static Signature signature(TensorSpec... inputs) {
    return new Signature(
        "serving_default",
        List.of(inputs),
        List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.of(-1))));
  }

  private List<SampleRow> read(Signature signature, byte[]... logs) throws ModelException {
    WarmUpRequests.write(directory, logs);
    return read(signature);
  }

  private List<SampleRow> read(Signature signature) throws ModelException {
    return ServingRequests.read(files(), signature);
  }

  private ModelFiles files() {
    return new ModelFiles(directory, "sha256:" + "0".repeat(64), 0, () -> {});
  }

  private static byte[] two() {
    return WarmUpRequests.predict(
        "",
        Map.of(
            "x", Tensors.floats(new float[] {1, 2, 3, 4}, 2, 2),
            "word", Tensors.strings(List.of("a", "b"))));
  }

  /** What a row writes, by input: its shape, and the values. */
  private static Map<String, String> written(SampleRow sample, Signature signature) {
    RecordingRow row = new RecordingRow(signature);
    sample.write(row);
    return row.written();
  }

  @Test
  void read_noFile_isNoRows() throws Exception {
    assertThat(read(BATCHED)).isEmpty();
  }

  @Test
  void read_requestOfTwoRows_isTwoRowsWithTheirPlaces() throws Exception {
    List<SampleRow> rows = read(BATCHED, two(), two());

    assertThat(rows)
        .extracting(SampleRow::place)
        .containsExactly(
            "'assets.extra/tf_serving_warmup_requests', record 0, row 0",
            "'assets.extra/tf_serving_warmup_requests', record 0, row 1",
            "'assets.extra/tf_serving_warmup_requests', record 1, row 0",
            "'assets.extra/tf_serving_warmup_requests', record 1, row 1");
    assertThat(written(rows.get(1), BATCHED))
        .isEqualTo(Map.of("x", "[2] 0000404000008040", "word", "[] b"));
  }

  @Test
  void read_signatureWithoutABatchDimension_takesAWholeRequestForARow() throws Exception {
    Signature whole = signature(new TensorSpec("x", ElementType.FLOAT32, Shape.of(2, 2)));
    byte[] log =
        WarmUpRequests.predict(
            "serving_default", Map.of("x", Tensors.floats(new float[] {0, 0, 0, 1}, 2, 2)));

    assertThat(written(read(whole, log).get(0), whole))
        .isEqualTo(Map.of("x", "[2, 2] " + "0".repeat(24) + "0000803f"));
  }

  @Test
  void read_otherLogsAndSignatures_areLeftOut() throws Exception {
    byte[] classify = WarmUpRequests.other(WarmUpRequests.CLASSIFY, new byte[0]);
    byte[] other = WarmUpRequests.predict("train", Map.of());

    assertThat(read(BATCHED, classify, two(), other)).hasSize(2);
    assertThat(read(BATCHED, classify, other)).isEmpty();
  }

  @Test
  void write_fewerValuesThanElements_repeatsTheLast() throws Exception {
    Signature ints = signature(new TensorSpec("n", ElementType.INT16, Shape.of(-1, 3)));
    TensorProto sparse =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_INT16)
            .setTensorShape(Tensors.ints(new int[0], 1, 3).getTensorShape())
            .addIntVal(1)
            .addIntVal(-2)
            .build();

    List<SampleRow> rows = read(ints, WarmUpRequests.predict("", Map.of("n", sparse)));
    assertThat(written(rows.get(0), ints)).isEqualTo(Map.of("n", "[3] 0100feff" + "feff"));
  }

  @Test
  void write_inputThatDoesNotFit_saysWhatWouldHave() throws Exception {
    byte[] wrongType =
        WarmUpRequests.predict(
            "",
            Map.of(
                "x", Tensors.longs(new long[] {1, 2}, 1, 2),
                "word", Tensors.strings(List.of("a"))));
    byte[] missing =
        WarmUpRequests.predict("", Map.of("x", Tensors.floats(new float[] {1, 2}, 1, 2)));
    List<SampleRow> rows = read(BATCHED, wrongType, missing);

    assertThatThrownBy(() -> written(rows.get(0), BATCHED))
        .hasMessage("input 'x': expected float32[-1, 2], got int64[1, 2]");
    assertThatThrownBy(() -> written(rows.get(1), BATCHED))
        .hasMessage("input 'word' is missing: the request has [x]");
  }

  private void assertRefused(Signature signature, String... message) {
    assertThatThrownBy(() -> read(signature))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.WARM_UP_FAILED))
        .hasMessageContaining("'assets.extra/tf_serving_warmup_requests'")
        .hasMessageContainingAll(message);
  }

  @Test
  void read_damagedOrTooManyRecords_isRefusedNamingThePlace() throws Exception {
    Path file = WarmUpRequests.write(directory, two(), two());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2 + 20] ^= 1;
    Files.write(file, bytes);
    assertRefused(BATCHED, "record 1, byte " + bytes.length / 2);

    Files.writeString(file, "{\"instances\": [1]}");
    assertRefused(BATCHED, "record 0, byte 0", "TFRecord");

    List<byte[]> many = new ArrayList<>();
    for (int i = 0; i <= 1000; i++) {
      many.add(two());
    }
    WarmUpRequests.write(directory, many.toArray(byte[][]::new));
    assertRefused(BATCHED, "more than 1000 records");
  }

  @Test
  void read_tensorsThatTakeTooMuchInAll_areRefused() {
    TensorProto half =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(Tensors.floats(new float[0], 1, (1L << 23) + 1).getTensorShape())
            .build();
    byte[] log = WarmUpRequests.predict("", Map.of("x", half));
    WarmUpRequests.write(directory, log, log);
    assertRefused(
        signature(X),
        "record 1",
        "input 'x': float32[1, 8388609]: expected at most 33554428 bytes, what is left of"
            + " 67108864");
  }

  @Test
  void read_tensorOfObjectsThatWouldFillTheHeap_isRefused() {
    TensorProto.Builder dimensions = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
    dimensions.setTensorShape(
        TensorShapeProto.newBuilder()
            .addAllDim(Collections.nCopies(10_000, TensorShapeProto.Dim.getDefaultInstance())));
    byte[] log = WarmUpRequests.predict("", Map.of("x", dimensions.build()));
    WarmUpRequests.write(directory, log);
    assertThatThrownBy(() -> ServingRequests.read(files(), BATCHED, HeapShare.of(1 << 21)))
        .hasMessageContainingAll("record 0: input 'x'", "once it is read: expected at most 524288");
  }

  @Test
  void read_rowsThatWouldFillTheHeap_areRefusedBeforeTheyAreMade() throws Exception {
    Signature word = signature(WORD);
    TensorProto many =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(Tensors.floats(new float[0], 10_000).getTensorShape())
            .build();
    byte[] log = WarmUpRequests.predict("", Map.of("word", many));
    assertThat(read(word, log)).hasSize(10_000);
    assertThatThrownBy(() -> ServingRequests.read(files(), word, HeapShare.of(1 << 22)))
        .hasMessageContainingAll("record 0", "once it is read: expected at most 1048576");
  }

  @Test
  void read_fieldThatIsGivenOftenBefore_takesTheLast() throws Exception {
    byte[] before = new byte[3_000_000];
    for (int i = 0; i < before.length; i += 3) {
      before[i] = 6 << 3 | 2; // An empty PredictionLog.predict_log of one byte.
      before[i + 1] = 1;
      before[i + 2] = 0x50;
    }
    byte[] log = ByteBuffer.allocate(before.length + two().length).put(before).put(two()).array();
    assertThat(read(BATCHED, log)).hasSize(2);
  }

  @Test
  void last_fieldThatIsThereOften_keepsOne() throws Exception {
    ByteString message = ByteString.copyFrom(new byte[] {10, 1, 7, 18, 0, 10, 1, 8, 66, 0});
    assertThat(DelimitedFields.last(message, 7))
        .isEqualTo(Map.of(1, ByteString.copyFrom(new byte[] {8}), 2, ByteString.EMPTY));
  }

  @Test
  void read_inputThatTheSignatureLacks_isRefused() {
    byte[] log = WarmUpRequests.predict("", Map.of("z", Tensors.floats(new float[] {1}, 1)));
    WarmUpRequests.write(directory, two(), log);
    assertRefused(BATCHED, "record 1", "unknown input 'z': expected one of [word, x]");
  }

  @Test
  void read_groupsNestedWithoutEnd_areRefusedInsteadOfEndingTheThread() {
    byte[] groups = new byte[1_000_000];
    Arrays.fill(groups, (byte) 0x0b);
    WarmUpRequests.write(directory, two(), groups);
    assertRefused(BATCHED, "record 1", "there is a group");
  }

  @Test
  void read_recordThatIsNoRequest_isRefusedNamingIt() {
    WarmUpRequests.write(directory, two(), new byte[0]);
    assertRefused(BATCHED, "record 1", "expected a PredictionLog");

    TensorProto endless =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(Tensors.floats(new float[0], 1L << 40, 1L << 40).getTensorShape())
            .build();
    WarmUpRequests.write(directory, WarmUpRequests.predict("", Map.of("x", endless)));
    assertRefused(BATCHED, "record 0", "input 'x'", "expected at most");

    WarmUpRequests.write(
        directory,
        WarmUpRequests.predict(
            "",
            Map.of(
                "x", Tensors.floats(new float[] {1, 2}, 1, 2),
                "word", Tensors.strings(List.of("a", "b")))));
    assertRefused(BATCHED, "record 0: input 'x'", "expected as many rows as the others have, 2");
  }
}
