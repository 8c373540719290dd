package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelBaseTest {
  @TempDir Path base;

  private ModelBase base() throws ModelException {
    return ModelBase.of(ModelLocation.parse(base.toString()), List.of(base.toString()));
  }

  @Test
  void versions_amongOtherEntries_areThoseThatAreIntegers() throws Exception {
    for (String name : List.of("9", "10", "0", "1700000000123", "tmp", "-1", "1.5", "_3")) {
      Files.createDirectory(base.resolve(name));
    }
    Files.writeString(base.resolve("77"), "a file");
    assertThat(base().versions())
        .extracting(ModelBase.Located::version)
        .containsExactly(0L, 9L, 10L, 1700000000123L);
    assertThat(base().latest())
        .isEqualTo(
            new ModelBase.Located(
                1700000000123L, URI.create("file:" + base.resolve("1700000000123"))));
    assertThat(base().version(9).uri()).isEqualTo(URI.create("file:" + base.resolve("9")));
  }

  @Test
  void version_unknown_listsThoseThereAre() throws Exception {
    Files.createDirectory(base.resolve("1"));
    Files.createDirectory(base.resolve("2"));
    assertNotFound(() -> base().version(3), "has no version 3: found [1, 2]");
  }

  @Test
  void latest_noneOrNoBase_saysWhatIsExpected() throws Exception {
    Files.createDirectory(base.resolve("saved"));
    assertNotFound(() -> base().latest(), "has no version among 1 entries: expected a directory");
    Path missing = base.resolve("missing");
    assertNotFound(
        () -> ModelBase.of(missing.toUri(), List.of(base.toString())).latest(),
        "missing does not exist: expected a directory with versions");
  }

  @Test
  void versions_twoNamesOfOneVersion_areAConflict() throws Exception {
    Files.createDirectory(base.resolve("7"));
    Files.createDirectory(base.resolve("007"));
    assertThatThrownBy(() -> base().versions())
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.CONFLICT))
        .hasMessageContaining("'7'")
        .hasMessageContaining("'007'");
  }

  @Test
  void of_outsideRoots_isRefused() {
    assertThatThrownBy(() -> ModelBase.of(URI.create("hdfs:///x"), List.of("hdfs:///models")))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.OUTSIDE_ROOTS));
  }

  @Test
  void exact_versionInNameOrBesideIt_isTaken() {
    URI numbered = URI.create("s3://bucket/fraud/7/");
    URI named = URI.create("s3://bucket/fraud/best");
    assertThat(ModelBase.exact(numbered, null).version()).isEqualTo(7);
    assertThat(ModelBase.exact(numbered, 8L).version()).isEqualTo(8);
    assertThat(ModelBase.exact(named, 8L)).isEqualTo(new ModelBase.Located(8, named));
    assertThatThrownBy(() -> ModelBase.exact(named, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://bucket/fraud/best: its last segment is not a version");
  }

  private static void assertNotFound(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.NOT_FOUND))
        .hasMessageContaining(message);
  }
}
