package io.millrace.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;

class OutputNamesTest {
  private static OutputNames names(String... inputs) {
    return new OutputNames(Arrays.stream(inputs).map(Path::new).toList(), ".jsonl");
  }

  @Test
  void predictions_ofOneInput_areNamedAsItsFiles() {
    OutputNames names = names("hdfs:///history");

    assertThat(names.predictions("hdfs://name:8020/history/day/a.jsonl", 2, "", 0))
        .isEqualTo("day/a.jsonl.2.jsonl");
    assertThat(names.deadLetters("hdfs://name:8020/history/a.jsonl", 0))
        .isEqualTo("_dead-letters/a.jsonl.0.jsonl");
    assertThat(names("/history/a.jsonl").predictions("file:/history/a.jsonl", 0, "", 0))
        .isEqualTo("a.jsonl.0.jsonl");
  }

  @Test
  void predictions_ofPartitions_areInTheirFolders() {
    OutputNames names = names("/history");

    assertThat(names.predictions("file:/history/day/a", 2, "date=2026-01-31", 0))
        .isEqualTo("date=2026-01-31/day/a.2.jsonl");
    assertThat(names.predictions("file:/history/day/a", 2, "date=2026-01-31", 3))
        .isEqualTo("date=2026-01-31/day/a.2-3.jsonl");
  }

  @Test
  void predictions_ofSeveralInputsOfOneSystem_haveTheirPaths() {
    assertThat(names("/a", "file:///b").predictions("file:/b/x", 0, "", 0))
        .isEqualTo("/b/x.0.jsonl");
  }

  @Test
  void predictions_ofOnePathOnSeveralSystems_differ() {
    OutputNames names = names("s3://one/a", "s3://two/a", "hdfs://name:8020/a", "/c");

    assertThat(names.predictions("s3://one/a/x", 0, "", 0)).isEqualTo("s3/one/a/x.0.jsonl");
    assertThat(names.predictions("s3://two/a/x", 0, "", 0)).isEqualTo("s3/two/a/x.0.jsonl");
    assertThat(names.predictions("hdfs://name:8020/a/x", 0, "", 0))
        .isEqualTo("hdfs/name_8020/a/x.0.jsonl");
    assertThat(names.predictions("file:/c/x", 0, "", 0)).isEqualTo("file/c/x.0.jsonl");
    assertThatThrownBy(() -> names.predictions("s3://three/a/x", 0, "", 0))
        .hasMessageContainingAll("s3://three/a/x", "s3://one/a");
  }
}
