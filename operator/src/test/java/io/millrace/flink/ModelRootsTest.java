package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRootsTest {
  private final ModelRoots roots =
      ModelRoots.of(List.of("hdfs:///models/", "s3://bucket/a", "/local/models"));

  @ParameterizedTest
  @CsvSource({
    "hdfs:///models/fraud/7, hdfs:///models/fraud/7",
    "hdfs:///models//fraud/7/, hdfs:///models/fraud/7",
    "HDFS:/models, hdfs:///models",
    "s3://bucket/a/b%20c, s3://bucket/a/b c",
    "file:///local/models/1, file:///local/models/1",
    "/local/models/1, file:///local/models/1",
  })
  void check_belowARoot_givesTheNormalForm(String uri, String expected) throws Exception {
    assertThat(roots.check(URI.create(uri))).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hdfs:///modelsx/1",
        "hdfs:///model",
        "hdfs:///",
        "hdfs://namenode:8020/models/1",
        "s3a://bucket/a/1",
        "s3://other/a/1",
        "s3://bucket/ab",
        "s3://key:secret@bucket/a/1",
        "s3://key:secret@under_score/a/1",
        "s3://key:a/secret@bucket/a/1",
        "s3://bucket/a/1?version=2",
        "s3://bucket/a/1#x",
        "s3://bucket/a/../b",
        "s3://bucket/a/./1",
        "s3://bucket/a/%2e%2E/b",
        "s3://bucket/a/%2E./b",
        "s3://bucket/a/..%2fb",
        "s3://bucket/a/..%5Cb",
        "s3://bucket/a/%252e%252e/b",
        "s3://bucket/a/1%00",
        "s3://bucket/a/1%0a",
        "s3:bucket/a",
        "a/1",
        "/local/models/../../etc",
        "file://host/local/models/1",
      })
  void check_anythingElse_isRefusedWithoutNamingSecrets(String uri) {
    assertThatThrownBy(() -> roots.check(URI.create(uri)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.OUTSIDE_ROOTS))
        .hasMessageContaining("expected")
        .hasMessageNotContaining("secret");
  }

  @Test
  void check_outside_listsTheRoots() {
    assertThatThrownBy(() -> roots.check(URI.create("hdfs:///other/1")))
        .hasMessage(
            "location hdfs:///other/1: expected one below model.roots"
                + " [hdfs:///models, s3://bucket/a, file:///local/models]");
  }

  @Test
  void of_noRoots_isRefused() {
    assertThatThrownBy(() -> ModelRoots.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.roots: empty");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s3://key:secret@bucket/a",
        "s3://key:secret@buck et/a",
        "hdfs:///models/../etc",
        "s3://a b/c"
      })
  void of_badRoot_namesTheOption(String root) {
    assertThatThrownBy(() -> ModelRoots.of(List.of(root)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("model.roots: location")
        .hasMessageNotContaining("secret");
  }

  @Test
  void of_rootDirectory_holdsEverythingOfItsFileSystem() throws Exception {
    ModelRoots all = ModelRoots.of(List.of("/"));
    assertThat(all.check(URI.create("file:///anything/1"))).hasToString("file:///anything/1");
    assertThatThrownBy(() -> all.check(URI.create("hdfs:///anything/1")))
        .isInstanceOf(ModelException.class);
  }
}
