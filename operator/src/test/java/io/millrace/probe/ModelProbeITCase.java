package io.millrace.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.BatchSizes;
import io.millrace.model.LoadOptions;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.tensor.Shape;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.TroublesomeModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real child JVMs with real models, most of which would end this process if it loaded them. */
class ModelProbeITCase {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final ProbeSettings SETTINGS = Probed.settings(TIMEOUT);

  @TempDir Path folder;

  @AfterEach
  void noChildIsLeft() throws Exception {
    Await.until("no child is left", () -> children(ProcessHandle.current()).isEmpty());
  }

  private static List<ProcessHandle> children(ProcessHandle parent) {
    return parent.children().filter(ProcessHandle::isAlive).toList();
  }

  /** A child that has used so much CPU time is past the start of its JVM and inside TensorFlow. */
  private static ProcessHandle awaitChildAtWork(ProcessHandle parent) throws Exception {
    Await.until(
        "a probe at work",
        () ->
            parent
                .children()
                .anyMatch(
                    child ->
                        child
                            .info()
                            .totalCpuDuration()
                            .filter(cpu -> cpu.toSeconds() >= 4)
                            .isPresent()));
    return children(parent).get(0);
  }

  private static ModelException assertFailed(Path model, String message) {
    ModelException refusal = Probed.refusal(model, SETTINGS);
    assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(ModelReason.PROBE_FAILED);
    assertThat(refusal).hasMessageContaining(message).hasMessageContaining("sha256:" + model);
    return refusal;
  }

  @Test
  void goodModel_passes_andIsNotProbedAgain() throws Exception {
    Path model = SavedModels.vocabulary(folder.resolve("1"), List.of("a", "b"));
    long before = ModelProbe.probes();
    Probed.require(model, SETTINGS);
    Probed.require(model, SETTINGS);
    assertThat(ModelProbe.probes()).isEqualTo(before + 1);
  }

  @Test
  void fault09_modelThatAborts_isFoundOutOnce() {
    Path model = TroublesomeModels.aborting(folder.resolve("1"), 1, false);
    ModelException first = assertFailed(model, "signal 6");
    assertThat(first).hasMessageContaining("aborted by its initialiser");
    long before = ModelProbe.probes();
    assertThat(assertFailed(model, "signal 6")).hasMessageContaining("remembered");
    assertThat(ModelProbe.probes()).isEqualTo(before);
  }

  @Test
  void fault09_modelThatEndsTheProcessWithExitCode0_hasNotPassed() {
    assertFailed(TroublesomeModels.aborting(folder.resolve("1"), 1, true), "exit code 0 before");
  }

  @Test
  void fault09_modelThatHangs_isKilledAtTheTimeout() {
    Path model = TroublesomeModels.hanging(folder.resolve("1"), 1);
    ModelException refusal = Probed.refusal(model, Probed.settings(Duration.ofSeconds(6)));
    assertThat(refusal.reason()).isEqualTo(ModelReason.PROBE_FAILED);
    assertThat(refusal).hasMessageContaining("did not end within 6000 ms");
    assertThat(Probed.refusal(model, Probed.settings(Duration.ofSeconds(6))))
        .hasMessageNotContaining("remembered");
  }

  @Test
  void whatTheProbesJvmLacks_isNamed_andNotHeldAgainstTheVersion() throws Exception {
    Path model = SavedModels.linear(folder.resolve("1"), new float[] {1}, 0);
    String key = "org.bytedeco.javacpp.maxPhysicalBytes";
    String before = System.clearProperty(key);
    try {
      ModelException refusal = Probed.refusal(model, SETTINGS);
      assertThat(refusal.reason()).isEqualTo(ModelReason.LOAD_FAILED);
      assertThat(refusal).hasMessageContaining(key + " is unset, expected 0");
    } finally {
      System.setProperty(key, before);
    }
    Probed.require(model, SETTINGS);
  }

  @Test
  void killOfTheChildFromOutside_isNotHeldAgainstTheVersion() throws Exception {
    Path model = TroublesomeModels.slowVersion(folder.resolve("1"), 1, 3_000, 1);
    ProbeSettings settings = Probed.settings(Duration.ofHours(1));
    long before = ModelProbe.probes();
    for (int i = 0; i < 2; i++) {
      CompletableFuture<ModelException> refusal =
          CompletableFuture.supplyAsync(() -> Probed.refusal(model, settings));
      ProcessHandle child = awaitChildAtWork(ProcessHandle.current());
      assertThat(Path.of("/proc/" + child.pid(), "limits"))
          .content()
          .containsPattern("Max core file size +0 +0 ");
      child.destroyForcibly();
      assertThat(refusal.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .hasMessageContaining("was ended by signal 9")
          .hasMessageNotContaining("remembered");
    }
    assertThat(ModelProbe.probes()).isEqualTo(before + 2);
  }

  @Test
  void fault09_modelThatExhaustsMemory_isStoppedAtTheLimit() {
    Path model = TroublesomeModels.exhausting(folder.resolve("1"), 1, 6);
    ModelProbe probe = new ModelProbe(SETTINGS, 1L << 30);
    ModelException refusal =
        Assertions.assertThrows(ModelException.class, () -> probe.require(Probed.files(model)));
    assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(ModelReason.PROBE_FAILED);
    assertThat(refusal).hasMessageContaining("more than 1024 MiB of memory taken");
  }

  @Test
  void modelThatOnlyFails_isRefusedForItsOwnReason_andMayBeTriedAgain() throws Exception {
    Path model = SavedModels.constantVersion(folder.resolve("1"), 1);
    ProbeSettings otherShape =
        new ProbeSettings(
            LoadOptions.DEFAULT,
            new HashMap<>(Map.of("nothing" + "-".repeat(100_000), Shape.of(-1, 3))),
            BatchDimension.FIND_OUT,
            BatchSizes.upTo(32),
            TIMEOUT);
    ModelException refusal = Probed.refusal(model, otherShape);
    assertThat(refusal.reason()).isEqualTo(ModelReason.SIGNATURE_MISMATCH);
    assertThat(refusal).hasMessageContaining("unknown input 'nothing-");
    assertThat(refusal.getMessage()).hasSizeLessThan(5_000);

    Path index = model.resolve("variables/variables.index");
    byte[] bytes = Files.readAllBytes(index);
    Files.delete(index);
    assertThat(Probed.refusal(model, SETTINGS).reason()).isEqualTo(ModelReason.INCOMPLETE);
    Files.write(index, bytes);
    Probed.require(model, SETTINGS);
  }

  @Test
  void slotsThatAskAtTheSameTime_shareOneProbe() throws Exception {
    Path model = TroublesomeModels.aborting(folder.resolve("1"), 1, false);
    long before = ModelProbe.probes();
    ExecutorService slots = Executors.newFixedThreadPool(4);
    try {
      List<Future<ModelException>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(slots.submit(() -> Probed.refusal(model, SETTINGS)));
      }
      for (Future<ModelException> answer : answers) {
        assertThat(answer.get().reason()).isEqualTo(ModelReason.PROBE_FAILED);
      }
    } finally {
      slots.shutdownNow();
    }
    assertThat(ModelProbe.probes()).isEqualTo(before + 1);
  }

  @Test
  void interruptDuringAProbe_killsTheChildAndIsBackAtOnce() throws Exception {
    Path model = TroublesomeModels.slowVersion(folder.resolve("1"), 1, 3_000, 1);
    CompletableFuture<Void> probe = new CompletableFuture<>();
    Thread loader =
        new Thread(
            () -> {
              try {
                Probed.require(model, Probed.settings(Duration.ofHours(1)));
                probe.complete(null);
              } catch (ModelException | InterruptedException | RuntimeException e) {
                probe.completeExceptionally(e);
              }
            });
    loader.start();
    ProcessHandle child = awaitChildAtWork(ProcessHandle.current());
    loader.interrupt();
    ExecutionException end =
        Assertions.assertThrows(ExecutionException.class, () -> probe.get(1, TimeUnit.MINUTES));
    assertThat(end).hasCauseInstanceOf(InterruptedException.class);
    child.onExit().get(1, TimeUnit.MINUTES);
  }

  @Test
  void fault35_killOfTheProbesParent_theChildDiesToo() throws Exception {
    Path model = TroublesomeModels.slowVersion(folder.resolve("1"), 1, 3_000, 1);
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Dorg.bytedeco.javacpp.maxBytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                ProbingParent.class.getName(),
                model.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("parent.log").toFile())
            .start();
    ProcessHandle child;
    try {
      child = awaitChildAtWork(parent.toHandle());
    } finally {
      parent.destroyForcibly();
    }
    assertThat(parent.waitFor()).isEqualTo(137);
    child.onExit().get(1, TimeUnit.MINUTES);
    assertThat(child.isAlive()).isFalse();
  }
}
