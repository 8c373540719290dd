package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeJarsCopyTest {
  private static final List<String> ARTIFACTS = List.of("javacpp", "tensorflow-core-native");
  private static final List<String> JARS =
      List.of(
          "javacpp-1.5.11.jar",
          "tensorflow-core-native-1.1.0-linux-x86_64.jar",
          "tensorflow-core-native-1.1.0.jar");

  @TempDir private Path folder;
  private Path from;
  private Path to;

  @BeforeEach
  void fill() throws IOException {
    from = Files.createDirectory(folder.resolve("lib"));
    to = folder.resolve("flink/lib");
    for (String jar : JARS) {
      Files.writeString(from.resolve(jar), jar);
    }
    Files.writeString(from.resolve("javacpp-platform-1.5.11.jar"), "another artifact");
    Files.writeString(from.resolve("flink-core-2.3.0.jar"), "Flink's own");
  }

  private List<String> copy() throws Exception {
    return RuntimeJarsCopy.of(from, ARTIFACTS, to).run();
  }

  private List<String> there() throws IOException {
    try (Stream<Path> entries = Files.list(to)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void copy_intoAMissingFolder_holdsExactlyTheArtifacts() throws Exception {
    assertThat(copy()).containsExactlyElementsOf(JARS);
    assertThat(there()).containsExactlyElementsOf(JARS);
    assertThat(to.resolve(JARS.get(0))).hasContent(JARS.get(0));
  }

  @Test
  void copy_again_changesNothing() throws Exception {
    copy();
    Files.writeString(to.resolve("flink-dist-2.3.0.jar"), "Flink's own");

    assertThat(copy()).isEmpty();
    assertThat(there()).hasSize(4);
  }

  @Test
  void copy_besideAnotherVersion_isRefusedAndCopiesNothing() throws Exception {
    Files.createDirectories(to);
    Files.writeString(to.resolve("tensorflow-core-native-1.0.0.jar"), "older");

    assertThatThrownBy(this::copy)
        .isInstanceOf(CommandException.class)
        .hasMessageContainingAll(
            to.resolve("tensorflow-core-native-1.0.0.jar").toString(),
            from.resolve("tensorflow-core-native-1.1.0").toString());
    assertThat(there()).hasSize(1);
  }

  @Test
  void copy_overOtherBytesOfTheSameName_isRefused() throws Exception {
    copy();
    Files.writeString(to.resolve(JARS.get(0)), "cut");

    assertThatThrownBy(this::copy)
        .isInstanceOf(CommandException.class)
        .hasMessageContainingAll(to.resolve(JARS.get(0)).toString(), "differs");
  }

  @Test
  void copy_thatFailsHalfWay_leavesNothingBehind() throws Exception {
    RuntimeJarsCopy copy = RuntimeJarsCopy.of(from, ARTIFACTS, to);
    Files.delete(from.resolve(JARS.get(2)));

    assertThatThrownBy(copy::run).isInstanceOf(IOException.class);
    assertThat(there()).isEmpty();
  }

  @Test
  void copy_fromALibWithoutTheArtifact_isRefused() throws Exception {
    Files.delete(from.resolve(JARS.get(0)));

    assertThatThrownBy(this::copy).hasMessageContainingAll("javacpp", from.toString());
  }
}
