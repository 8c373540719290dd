package io.millrace.probe;

import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.serving.WarmUp;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.ServingRequests;
import io.millrace.tensorflow.TensorFlowEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The child JVM: does to a version what the TaskManager is about to do, and says so in its last
 * line. A model may end this process, with any exit code, so the line counts only with exit code 0,
 * and the exit code only with the line.
 */
final class ProbeMain {
  static final String BEGUN = " begun";
  static final String PASSED = " passed";
  static final String REFUSED = " refused ";
  static final String TOO_LARGE = " too large";

  private static final int EXIT_PASSED = 0;
  private static final int EXIT_REFUSED = 3;
  private static final int MESSAGE_CHARS = 4096;

  private ProbeMain() {}

  public static void main(String[] args) throws Exception {
    preferAsVictim();
    ProbeRequest request = ProbeRequest.readFrom(System.in);
    ParentWatch.start(System.in);
    MemoryWatch.start(request.maxMemory(), () -> say(request, TOO_LARGE));
    say(request, BEGUN);
    int exitCode;
    String answer;
    try {
      loadAndWarmUp(request);
      answer = PASSED;
      exitCode = EXIT_PASSED;
    } catch (ModelException e) {
      answer = REFUSED + e.reason() + " " + shortened(String.valueOf(e.getMessage()));
      exitCode = EXIT_REFUSED;
    } catch (RuntimeException | LinkageError e) {
      // Of this JVM rather than of the version: it would be the TaskManager's LOAD_FAILED too.
      answer = REFUSED + ModelReason.LOAD_FAILED + " " + shortened("unexpected failure: " + e);
      exitCode = EXIT_REFUSED;
    }
    say(request, answer);
    // Threads of the model, or its shutdown hooks, have no say.
    Runtime.getRuntime().halt(exitCode);
  }

  /** One line that the parent keeps as a whole. */
  private static String shortened(String message) {
    String line = message.replaceAll("\\s+", " ");
    return line.length() <= MESSAGE_CHARS ? line : line.substring(0, MESSAGE_CHARS) + "...";
  }

  /** On a line of its own, whatever native code printed before. */
  private static void say(ProbeRequest request, String what) {
    System.out.print("\n" + request.token() + what + "\n");
    System.out.flush();
  }

  private static void loadAndWarmUp(ProbeRequest request) throws ModelException {
    ProbeSettings settings = request.settings();
    try (ModelFiles files =
            new ModelFiles(Path.of(request.directory()), request.digest(), 0, () -> {});
        Model model = TensorFlowEngine.create().load(files, settings.loadOptions())) {
      Signature signature = signature(model, settings);
      WarmUp.run(
          model,
          signature,
          settings.batchDimension(),
          settings.batchSizes(),
          ServingRequests.read(files, signature));
    }
  }

  private static Signature signature(Model model, ProbeSettings settings) throws ModelException {
    try {
      return model
          .signature(settings.loadOptions().signatureKey())
          .withInputShapes(settings.inputShapes());
    } catch (IllegalArgumentException e) {
      throw new ModelException(ModelReason.SIGNATURE_MISMATCH, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Where memory runs out, the kernel takes the probe rather than the TaskManager beside it, unless
   * it takes whole containers (memory.oom.group).
   */
  private static void preferAsVictim() {
    try {
      Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000");
    } catch (IOException e) {
      // Where that is not allowed, its limit and the watch over it are all there is.
    }
  }
}
