package io.millrace.tensorflow;

import static io.millrace.tensorflow.Scanned.scan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.testing.models.HostileModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.TensorProto;

/** Files whose objects would fill the heap, or whose nesting would use up the stack. */
class FileLimitsTest {
  private static final long HEAP = 1 << 20;

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("saved_model.pb");
  }

  /** A message of this field, so many times, within those that the outer fields hold. */
  private void write(int count, int field, int... outer) throws Exception {
    ByteArrayOutputStream repeated = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(repeated);
    for (int i = 0; i < count; i++) {
      coded.writeByteArray(field, new byte[0]);
    }
    coded.flush();
    byte[] content = repeated.toByteArray();
    for (int i = outer.length - 1; i >= 0; i--) {
      content = delimited(outer[i], content);
    }
    Files.write(file, content);
  }

  private static byte[] delimited(int field, byte[] content) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
    coded.writeByteArray(field, content);
    coded.flush();
    return bytes.toByteArray();
  }

  private void verify(long heap) throws IOException, ModelException {
    String name = file.getFileName().toString();
    FileLimits.verify(new ModelContent.Folder(directory), name, name.endsWith("pb"), heap);
  }

  private void assertTooLarge(long heap, String message) {
    assertThatThrownBy(() -> verify(heap))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.TOO_LARGE))
        .hasMessageContaining(file + " ")
        .hasMessageContaining(message);
  }

  @Test
  void moreNodesThanAnyModelHas_areRefusedBeforeTheyAreRead() throws Exception {
    write(
        GraphStructure.MOST_NODES + 1,
        GraphDef.NODE_FIELD_NUMBER,
        SavedModel.META_GRAPHS_FIELD_NUMBER,
        MetaGraphDef.GRAPH_DEF_FIELD_NUMBER);
    assertTooLarge(Long.MAX_VALUE, "has 1000001 nodes and 0 signatures: expected at most 1000000");
  }

  @Test
  void otherMessagesThatWouldFillTheHeap_areRefusedBeforeTheyAreRead() throws Exception {
    int most = (int) HEAP / 2 / 96;
    write(most - 1, MetaGraphDef.ASSET_FILE_DEF_FIELD_NUMBER, SavedModel.META_GRAPHS_FIELD_NUMBER);
    verify(HEAP);
    write(most, MetaGraphDef.ASSET_FILE_DEF_FIELD_NUMBER, SavedModel.META_GRAPHS_FIELD_NUMBER);
    assertTooLarge(HEAP, ", half of this process's heap");
  }

  @Test
  void numbersThatWouldFillTheHeap_areRefusedBeforeTheyAreRead() throws Exception {
    byte[] numbers = new byte[(int) HEAP / 32];
    byte[] content = delimited(TensorProto.INT64_VAL_FIELD_NUMBER, numbers);
    for (int field :
        new int[] {
          AttrValue.TENSOR_FIELD_NUMBER,
          2, // The value of an entry of a map.
          NodeDef.ATTR_FIELD_NUMBER,
          GraphDef.NODE_FIELD_NUMBER,
          MetaGraphDef.GRAPH_DEF_FIELD_NUMBER,
          SavedModel.META_GRAPHS_FIELD_NUMBER
        }) {
      content = delimited(field, content);
    }
    Files.write(file, content);
    assertTooLarge(HEAP, ", half of this process's heap");
  }

  @ParameterizedTest
  @CsvSource({"'a {} ', 96", "'a: \"\" ', 112", "'1,', 16"})
  void textThatWouldFillTheHeap_isRefusedBeforeItIsRead(String part, int bytes) throws Exception {
    file = directory.resolve("saved_model.pbtxt");
    int most = (int) HEAP / 2 / bytes;
    Files.writeString(file, part.repeat(most));
    verify(HEAP);
    Files.writeString(file, part.repeat(most + 1));
    assertTooLarge(HEAP, ", half of this process's heap");
  }

  @ParameterizedTest
  @ValueSource(strings = {"saved_model.pb", "saved_model.pbtxt"})
  void messagesNestedWithoutEnd_areRefusedInsteadOfEndingTheThread(String name) throws Exception {
    boolean text = name.endsWith("txt");
    String nested = text ? "meta_graphs { ".repeat(100_000) : "\u000b".repeat(1_000_000);
    Files.writeString(directory.resolve(name), nested);
    assertThatThrownBy(() -> scan(directory)).isInstanceOf(ModelException.class);
  }

  @Test
  void textInQuotesAndComments_isNotCounted() throws Exception {
    Path model = HostileModels.asText(HostileModels.holding(directory, "NoOp"));
    Path text = model.resolve("saved_model.pbtxt");
    String braces = "{".repeat(1_000);
    Files.writeString(
        text,
        "# "
            + braces
            + "\nmeta_graphs { meta_info_def { tensorflow_git_version: '\\'"
            + braces
            + "' } }\n"
            + Files.readString(text));
    assertThat(ModelScan.of(model, List.of("serve"), OpsPolicy.STANDARD).isAccepted()).isTrue();
  }
}
