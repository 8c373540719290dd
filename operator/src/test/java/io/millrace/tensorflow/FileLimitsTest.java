package io.millrace.tensorflow;

import static io.millrace.tensorflow.Scanned.scan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.OpsPolicy;
import io.millrace.testing.models.HostileModels;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Files whose objects would fill the heap, or whose nesting would use up the stack. */
class FileLimitsTest {
  @TempDir private Path directory;

  @Test
  void moreNodesThanAnyModelHas_areRefusedBeforeTheyAreRead() throws Exception {
    int bytes = 2 * (GraphStructure.MOST_NODES + 1);
    Path file = directory.resolve("saved_model.pb");
    try (OutputStream out = Files.newOutputStream(file)) {
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      int graph = 1 + CodedOutputStream.computeUInt32SizeNoTag(bytes) + bytes;
      coded.writeTag(SavedModel.META_GRAPHS_FIELD_NUMBER, 2);
      coded.writeUInt32NoTag(graph);
      coded.writeTag(MetaGraphDef.GRAPH_DEF_FIELD_NUMBER, 2);
      coded.writeUInt32NoTag(bytes);
      for (int i = 0; i <= GraphStructure.MOST_NODES; i++) {
        coded.writeTag(GraphDef.NODE_FIELD_NUMBER, 2);
        coded.writeUInt32NoTag(0);
      }
      coded.flush();
    }
    assertThatThrownBy(() -> scan(directory))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.TOO_LARGE))
        .hasMessageContaining("has 1000001 nodes and 0 signatures: expected at most 1000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"saved_model.pb", "saved_model.pbtxt"})
  void messagesNestedWithoutEnd_areRefusedInsteadOfEndingTheThread(String file) throws Exception {
    boolean text = file.endsWith("txt");
    String nested = text ? "meta_graphs { ".repeat(100_000) : "\u000b".repeat(1_000_000);
    Files.writeString(directory.resolve(file), nested);
    assertThatThrownBy(() -> scan(directory)).isInstanceOf(ModelException.class);
  }

  @Test
  void textInQuotesAndComments_isNotCounted() throws Exception {
    Path model = HostileModels.asText(HostileModels.holding(directory, "NoOp"));
    Path file = model.resolve("saved_model.pbtxt");
    String braces = "{".repeat(1_000);
    Files.writeString(
        file,
        "# "
            + braces
            + "\nmeta_graphs { meta_info_def { tensorflow_git_version: '\\'"
            + braces
            + "' } }\n"
            + Files.readString(file));
    assertThat(ModelScan.of(model, List.of("serve"), OpsPolicy.STANDARD).isAccepted()).isTrue();
  }
}
