package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  private static ModelLoader afterOneLoad(ModelEngine later) throws Exception {
    AtomicInteger loads = new AtomicInteger();
    ModelLoader loader =
        new ModelLoader(
            settings(),
            "slot",
            (uri, digest) ->
                new ModelFiles(Path.of("/models/1"), "sha256:" + "0".repeat(64), 0, () -> {}),
            (files, options) ->
                loads.incrementAndGet() == 1 ? new AnsweringModel() : later.load(files, options));
    loader.load(VERSION, null).close();
    return loader;
  }

  private static long depth(int above) {
    return above == Integer.MAX_VALUE ? 0 : depth(above + 1) + 1;
  }

  @Test
  void load_stackIsUsedUp_rejectsTheVersionAndNotTheJob() throws Exception {
    ModelLoader loader =
        afterOneLoad(
            (files, options) -> {
              throw new AssertionError("returned from depth " + depth(0));
            });
    assertRejected(loader, "java.lang.StackOverflowError");
  }

  @Test
  void load_heapIsUsedUp_rejectsTheVersionAsTooLarge() throws Exception {
    ModelLoader loader =
        afterOneLoad(
            (files, options) -> {
              throw new AssertionError("got " + new long[Integer.MAX_VALUE - 8].length);
            });
    assertThatThrownBy(() -> loader.load(VERSION, null))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.TOO_LARGE))
        .hasMessageContaining("taskmanager.memory.task.heap.size");
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  void load_processLacksOtherMemory_isNoFaultOfTheVersion() throws Exception {
    ModelLoader loader =
        afterOneLoad(
            (files, options) -> {
              throw new OutOfMemoryError("Metaspace");
            });
    assertThatThrownBy(() -> loader.load(VERSION, null))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("Metaspace");
    assertThat(SharedModel.held()).isZero();
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

  private static ModelLoader forSignature(String key, ModelEngine engine) {
    Configuration config = new Configuration();
    config.set(InferenceOptions.NAME, "m");
    config.set(InferenceOptions.SIGNATURE_KEY, key);
    return new ModelLoader(
        InferenceSettings.of(config, List.of("file:///models"), 1, true),
        "slot",
        (uri, digest) ->
            new ModelFiles(Path.of("/models/1"), "sha256:" + "0".repeat(64), 0, () -> {}),
        engine);
  }

  @ParameterizedTest
  @EnumSource(names = {"OP_REFUSED", "SIGNATURE_MISMATCH"})
  @Timeout(180)
  void load_refusedInAnotherThreadForItsSignature_isTriedForOnesOwn(ModelReason reason)
      throws Exception {
    Thread waiting = Thread.currentThread();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    ModelEngine engine =
        (files, options) -> {
          if ("serving_default".equals(options.signatureKey())) {
            return new AnsweringModel();
          }
          begun.complete(null);
          while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          throw new ModelException(reason, "of 'hostile' alone");
        };
    CompletableFuture<Throwable> other =
        CompletableFuture.supplyAsync(
            () -> catchThrowable(() -> forSignature("hostile", engine).load(VERSION, null)));
    while (!begun.isDone()) {
      Thread.onSpinWait();
    }

    forSignature("serving_default", engine).load(VERSION, null).close();
    assertThat(other.get()).hasMessageContaining("of 'hostile' alone");
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  @Timeout(180)
  void load_refusedInAnotherThreadForItsDigest_isTriedForOnesOwn() throws Exception {
    String gone = "sha256:" + "0".repeat(64);
    String there = "sha256:" + "1".repeat(64);
    Thread waiting = Thread.currentThread();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    ModelStore store =
        (uri, digest) -> {
          if (there.equals(digest)) {
            return new ModelFiles(Path.of("/models/1"), there, 0, () -> {});
          }
          begun.complete(null);
          while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          throw new ModelException(ModelReason.DIGEST_MISMATCH, "expected " + digest);
        };
    ModelLoader loader =
        new ModelLoader(settings(), "slot", store, (files, options) -> new AnsweringModel());
    CompletableFuture<Throwable> other =
        CompletableFuture.supplyAsync(
            () -> catchThrowable(() -> loader.load(VERSION.withDigest(gone), null)));
    while (!begun.isDone()) {
      Thread.onSpinWait();
    }

    loader.load(VERSION.withDigest(there), null).close();
    assertThat(other.get()).hasMessageContaining(gone);
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  void load_otherBytesAtTheLocationOfAVersionThatIsHeld_areLoadedBesideIt() throws Exception {
    String before = "sha256:" + "0".repeat(64);
    String after = "sha256:" + "1".repeat(64);
    AtomicReference<String> stored = new AtomicReference<>(before);
    ModelLoader loader =
        new ModelLoader(
            settings(),
            "slot",
            (uri, digest) -> new ModelFiles(Path.of("/models/1"), stored.get(), 0, () -> {}),
            (files, options) -> new AnsweringModel());

    ServedModel held = loader.load(VERSION.withDigest(before), null);
    stored.set(after);
    List<ServedModel> models =
        List.of(
            held,
            loader.load(VERSION.withDigest(after), null),
            loader.load(VERSION.withDigest(after), null),
            loader.load(VERSION.withDigest(before), null));

    assertThat(models)
        .extracting(model -> model.version().digest())
        .containsExactly(before, after, after, before);
    assertThat(SharedModel.held()).isEqualTo(2);
    models.forEach(ServedModel::close);
    assertThat(SharedModel.held()).isZero();
  }
}
