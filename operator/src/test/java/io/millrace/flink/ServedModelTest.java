package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelFiles;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServedModelTest {
  private final List<String> ran = new ArrayList<>();
  private ServedModel served;

  @BeforeEach
  void load() throws Exception {
    Configuration config = new Configuration();
    config.set(InferenceOptions.NAME, "m");
    ModelLoader loader =
        new ModelLoader(
            InferenceSettings.of(config, List.of("file:///models"), 1, true),
            "slot",
            (uri, digest) ->
                new ModelFiles(Path.of("/models/1"), "sha256:" + "0".repeat(64), 0, () -> {}),
            (files, options) -> new AnsweringModel());
    URI uri = URI.create("file:///models/1");
    served = loader.load(new Publish("m", 1, uri, null, 1, true, null), null);
  }

  @AfterEach
  void close() {
    served.close();
  }

  @Test
  void retire_whileABatchIsLent_waitsForTheLastOne() throws Exception {
    RecordBatch first = served.takeBatch();
    RecordBatch second = served.takeBatch();
    served.retire(() -> ran.add("retired"));
    served.giveBack(first);
    assertThat(ran).isEmpty();
    served.giveBack(second);
    assertThat(ran).containsExactly("retired");
  }

  @Test
  void retire_twice_isRefusedAndTheFirstActionStays() throws Exception {
    RecordBatch batch = served.takeBatch();
    served.retire(() -> ran.add("first"));
    assertThatThrownBy(() -> served.retire(() -> ran.add("second")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("is retired already");
    served.giveBack(batch);
    assertThat(ran).containsExactly("first");
  }
}
