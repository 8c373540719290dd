package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.BatchSizes;
import io.millrace.model.LoadOptions;
import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.probe.ModelProbe;
import io.millrace.probe.ProbeSettings;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.HostileModels;
import io.millrace.testing.models.HostileModels.Place;
import io.millrace.testing.models.MaliciousModels;
import io.millrace.testing.models.MaliciousModels.Folded;
import io.millrace.testing.models.SavedModelWriter;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.WritingModels;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Models that would do harm as soon as they are loaded: refused, they do nothing. With the policy
 * off they do it, or the tests would prove nothing.
 */
class MaliciousModelsITCase {
  private static final LoadOptions ANYTHING = LoadOptions.DEFAULT.withOpsPolicy(OpsPolicy.OFF);

  @TempDir private Path directory;

  /** The bypasses of other scanners that write a file, and ops that do so. */
  enum Writing {
    BY_AN_OP(MaliciousModels::writing),
    IN_A_FUNCTION(MaliciousModels::writingInAFunction),
    IN_A_FILE_OF_TEXT((model, file) -> HostileModels.asText(MaliciousModels.writing(model, file))),
    BY_PRINTING(MaliciousModels::printing),
    BY_SAVING(MaliciousModels::saving),
    BY_SAVING_AS_BEFORE(WritingModels::saving),
    BY_SAVING_SLICES(WritingModels::savingSlices),
    BY_MERGING_CHECKPOINTS(WritingModels::merging),
    BY_RECORDS(WritingModels::records),
    BY_A_SUMMARY(WritingModels::summary);

    private final BinaryOperator<Path> model;

    Writing(BinaryOperator<Path> model) {
      this.model = model;
    }
  }

  @ParameterizedTest
  @EnumSource
  void modelThatWritesAFile_isRefusedBeforeItDoes(Writing writing) throws Exception {
    Path file = directory.resolve("written.index");
    Path model = writing.model.apply(directory.resolve("1"), file);
    Footprint before = Footprint.of(directory);

    ModelException refusal = Loaded.refusal(model);
    assertThat(refusal.reason()).isEqualTo(ModelReason.OP_REFUSED);
    assertThat(refusal).hasMessageContaining("(node 'hostile'");
    assertThat(Footprint.of(directory)).isEqualTo(before);

    Loaded.model(model, ANYTHING).close();
    try (Stream<Path> written = Files.walk(file)) {
      assertThat(written.map(Path::toFile)).anyMatch(it -> it.isFile() && it.length() > 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void opThatNothingReaches_isRefusedWhereReadingTheGraphRunsIt(Folded folded) throws Exception {
    Path folder = Files.createDirectories(directory.resolve("written"));
    Path model = MaliciousModels.folding(directory.resolve("1"), folder, folded);

    ModelException refusal = Loaded.refusal(model);
    assertThat(refusal.reason()).isEqualTo(ModelReason.OP_REFUSED);
    assertThat(refusal)
        .hasMessageContainingAll("op 'DebugIdentity' (node 'hostile'", "find out a shape");
    assertThat(folder).isEmptyDirectory();

    Loaded.model(model, ANYTHING).close();
    assertThat(folder).isNotEmptyDirectory();
  }

  /**
   * A comment ends at a carriage return for protobuf in Java, and goes on for that of TensorFlow.
   */
  @Test
  void textThatTensorFlowReadsOtherwise_isLoadedAsItWasJudged() throws Exception {
    Path file = directory.resolve("written");
    Path model = HostileModels.asText(MaliciousModels.writing(directory.resolve("1"), file));
    Path text = model.resolve("saved_model.pbtxt");
    String line = "op: \"WriteFile\"";
    String two = line + " #\r op: \"RegexFullMatch\"";
    String before = Files.readString(text);
    assertThat(before).contains(line);
    Files.writeString(text, before.replace(line, two));

    Loaded.model(model).close();
    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"debug/saved_model_debug_info.pb", "fingerprint.pb"})
  void notesOfAnySize_areNotReadByTensorFlow(String note) throws Exception {
    Path model = SavedModels.linear(directory.resolve("1"), new float[] {1}, 0);
    Path file = model.resolve(note);
    Files.createDirectories(file.getParent());
    // No proto: of the debug information, TensorFlow would say so.
    Files.write(file, new byte[(1 << 16) + 1]);
    Loaded.model(model).close();

    ModelContent content = new ModelContent.Folder(model);
    Path read;
    try (ReadPath path = ReadPath.of(content, SavedModelFile.read(content))) {
      read = Path.of(path.location());
      assertThat(read.resolve("saved_model.pb")).isRegularFile();
      assertThat(read.resolve(note)).doesNotExist();
      path.release();
    }
    assertThat(read.getParent()).doesNotExist();
  }

  @Test
  void smallDebugInfo_isReadByTensorFlow() throws Exception {
    Path model = SavedModels.linear(directory.resolve("1"), new float[] {1}, 0);
    Path file = model.resolve("debug/saved_model_debug_info.pb");
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[2]);
    assertThat(Loaded.refusal(model)).hasMessageContaining("saved_model_debug_info.pb");
  }

  @Test
  void modelThatConnects_isRefusedBeforeItDoes() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      server.configureBlocking(false);
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      Path model = MaliciousModels.connecting(directory.resolve("1"), port);
      Footprint before = Footprint.of(directory);

      ModelException refusal = Loaded.refusal(model);
      assertThat(refusal.reason()).isEqualTo(ModelReason.OP_REFUSED);
      assertThat(refusal).hasMessageContaining("op 'DebugIdentity' (node 'hostile')");
      assertThat(Footprint.of(directory)).isEqualTo(before);
      assertThat(server.accept()).isNull();

      Thread loading = new Thread(() -> loadInAChild(model));
      loading.start();
      Await.until("a connection", () -> server.accept() != null);
      // It would wait for an answer for half a minute.
      loading.interrupt();
      loading.join();
    }
  }

  private static void loadInAChild(Path model) {
    ProbeSettings settings =
        new ProbeSettings(
            ANYTHING, Map.of(), BatchDimension.FIND_OUT, BatchSizes.upTo(1), Duration.ofMinutes(1));
    try {
      new ModelProbe(settings).require(new ModelFiles(model, "sha256:" + model, 0, () -> {}));
    } catch (ModelException | InterruptedException e) {
      // However it ends: what counts is whom it has called.
    }
  }

  private Path constantWithoutItsPayload() {
    SavedModelWriter model = new SavedModelWriter();
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setSize(1L << 40);
    var y =
        model.constant(
            "y",
            TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(shape).build());
    model.signature("serving_default").output("y", y, DataType.DT_FLOAT);
    return model.write(directory.resolve("constant"));
  }

  private record Bypass(Path model, ModelReason reason, String message) {}

  private List<Bypass> otherBypasses() throws Exception {
    Path asset = SavedModels.vocabulary(directory.resolve("asset"), List.of("a"));
    return List.of(
        new Bypass(
            HostileModels.reaching(
                directory.resolve("reader"), "WholeFileReaderV2", Place.FUNCTION),
            ModelReason.OP_REFUSED,
            "op 'WholeFileReaderV2' (node 'hostile' of function 'inner')"),
        new Bypass(
            HostileModels.reaching(
                directory.resolve("nested"), "DatasetFromGraph", Place.INITIALISER),
            ModelReason.OP_REFUSED,
            "op 'DatasetFromGraph' (node 'hostile')"),
        new Bypass(
            Scanned.edited(
                asset, graph -> graph.getAssetFileDefBuilder(0).setFilename("../../../etc/passwd")),
            ModelReason.LOAD_FAILED,
            "asset '../../../etc/passwd' is no file in"),
        new Bypass(
            HostileModels.nested(directory.resolve("recursion"), 2, true),
            ModelReason.LOAD_FAILED,
            "calls itself: f"),
        new Bypass(
            constantWithoutItsPayload(),
            ModelReason.TOO_LARGE,
            "node 'y' (Const) has the shape [1099511627776]"));
  }

  @Test
  void otherBypass_isRefusedForItsReasonAndDoesNothing() throws Exception {
    List<Bypass> bypasses = otherBypasses();
    Footprint before = Footprint.of(directory);
    for (Bypass it : bypasses) {
      ModelException refusal = Loaded.refusal(it.model());
      assertThat(refusal.reason()).as(it.model().toString()).isEqualTo(it.reason());
      assertThat(refusal).hasMessageContaining(it.message());
    }
    assertThat(Footprint.of(directory)).isEqualTo(before);
  }
}
