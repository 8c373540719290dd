package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class ModelLoaderTest {
  private static final Publish VERSION =
      new Publish("m", 1, URI.create("file:///models/1"), null, 1, true, null);

  private static InferenceSettings settings() {
    Configuration config = new Configuration();
    config.set(InferenceOptions.NAME, "m");
    return InferenceSettings.of(config, List.of("file:///models"), 1, true);
  }

  private static void assertRejected(ModelLoader loader, String message) {
    assertThatThrownBy(() -> loader.load(VERSION, null))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.LOAD_FAILED))
        .hasMessageContaining(message);
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  void load_fileSystemThrowsUnexpectedly_rejectsTheVersionAndNotTheJob() {
    ModelStore store =
        (uri, digest) -> {
          throw new IllegalStateException("a file name that cannot be");
        };
    assertRejected(
        new ModelLoader(
            settings(),
            "slot",
            store,
            (files, options) -> {
              throw new AssertionError("nothing was fetched");
            }),
        "a file name that cannot be");
  }

  @Test
  void load_engineThrowsUnexpectedly_rejectsTheVersionAndLetsGoOfTheFiles() {
    AtomicInteger released = new AtomicInteger();
    ModelStore store =
        (uri, digest) ->
            new ModelFiles(
                Path.of("/models/1"), "sha256:" + "0".repeat(64), 0, released::incrementAndGet);
    assertRejected(
        new ModelLoader(
            settings(),
            "slot",
            store,
            (files, options) -> {
              throw new NegativeArraySizeException("a graph that lies");
            }),
        "a graph that lies");
    assertThat(released).hasValue(1);
  }

  @Test
  void load_engineCannotBeLinked_failsTheJobForGoodWithWhatMendsIt() {
    AtomicInteger released = new AtomicInteger();
    ModelStore store =
        (uri, digest) ->
            new ModelFiles(
                Path.of("/models/1"), "sha256:" + "0".repeat(64), 0, released::incrementAndGet);
    ModelLoader loader =
        new ModelLoader(
            settings(),
            "slot",
            store,
            (files, options) -> {
              throw new UnsatisfiedLinkError("no jnitensorflow in java.library.path");
            });

    assertThatThrownBy(() -> loader.load(VERSION, null))
        .isInstanceOf(UnfitRuntimeException.class)
        .hasMessageContainingAll("no jnitensorflow", "bin/millrace runtime-jars");
    assertThat(released).hasValue(1);
  }

  @Test
  void load_laterVersionCannotBeLinked_rejectsItAndNotTheJob() throws Exception {
    AtomicInteger loads = new AtomicInteger();
    ModelLoader loader =
        new ModelLoader(
            settings(),
            "slot",
            (uri, digest) ->
                new ModelFiles(Path.of("/models/1"), "sha256:" + "0".repeat(64), 0, () -> {}),
            (files, options) -> {
              if (loads.incrementAndGet() == 1) {
                return new AnsweringModel();
              }
              throw new NoClassDefFoundError("org/tensorflow/op/Later");
            });
    loader.load(VERSION, null).close();

    assertRejected(loader, "org/tensorflow/op/Later");
  }

  @Test
  void load_clientOfTheFileSystemCannotBeLinked_isNoWordAboutTensorFlow() {
    ModelLoader loader =
        new ModelLoader(
            settings(),
            "slot",
            (uri, digest) -> {
              throw new NoClassDefFoundError("org/apache/hadoop/Client");
            },
            (files, options) -> {
              throw new AssertionError("nothing was fetched");
            });

    assertThatThrownBy(() -> loader.load(VERSION, null))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.FETCH_FAILED))
        .hasMessageContainingAll("file:///models/1", "org/apache/hadoop/Client");
  }
}
