package io.millrace.probe;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.probe.Verdicts.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One child JVM, from its start to its end. */
final class ProbeProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ProbeProcess.class);
  private static final Duration OUTPUT_PATIENCE = Duration.ofSeconds(1);

  /** What Java adds to the number of the signal that ended a process. */
  private static final int SIGNALLED = 128;

  /** HUP, INT, KILL (the kernel's too, where memory runs out) and TERM come from outside. */
  private static final Set<Integer> SENT_FROM_OUTSIDE = Set.of(1, 2, 9, 15);

  /** What -XX:+ExitOnOutOfMemoryError ends a JVM with. */
  private static final int EXIT_OUT_OF_HEAP = 3;

  /** How a JVM begins to say that the machine gave it no more. */
  private static final String OUT_OF_MEMORY = "There is insufficient memory";

  private final ProbeRequest request;
  private final Process process;
  private final OutputTail output;
  private final long start = System.nanoTime();

  private ProbeProcess(ProbeRequest request, Process process) {
    this.request = request;
    this.process = process;
    this.output = OutputTail.of(process.getInputStream());
  }

  /**
   * Runs a probe to its end, or to its timeout.
   *
   * @return what the version did by itself: it will do the same the next time
   * @throws ModelException what the probe refused the version for, or PROBE_FAILED if there is no
   *     probe to be had, or what ended it may pass: a timeout, a signal from outside, too little
   *     memory
   * @throws InterruptedException if the thread is interrupted; the child is killed then
   */
  static Verdict run(ProbeRequest request) throws ModelException, InterruptedException {
    Process process;
    try {
      process = ProbeCommand.of(Path.of(request.directory())).start();
    } catch (IOException e) {
      throw new ModelException(
          ModelReason.PROBE_FAILED, "the probe's JVM cannot be started: " + e.getMessage(), e);
    }
    // Closed last, and by whatever may happen: the child ends when it is.
    try (OutputStream input = process.getOutputStream()) {
      return new ProbeProcess(request, process).logged(input);
    } catch (IOException e) {
      throw new ModelException(
          ModelReason.PROBE_FAILED, "the probe's JVM cannot be talked to: " + e.getMessage(), e);
    } finally {
      process.destroyForcibly();
    }
  }

  private Verdict logged(OutputStream input) throws ModelException, InterruptedException {
    long pid = process.pid();
    long timeout = request.settings().timeout().toMillis();
    LOG.info("Probe of {} begins: process {}, at most {} ms", request.digest(), pid, timeout);
    String outcome = "given up";
    try {
      Verdict verdict = verdict(input);
      outcome = verdict.failure() == null ? "passed" : "failed";
      return verdict;
    } catch (ModelException e) {
      outcome = e.reason().toString();
      throw e;
    } finally {
      LOG.info(
          "Probe of {} ended: process {}, {} after {} ms",
          request.digest(),
          pid,
          outcome,
          millis());
    }
  }

  private Verdict verdict(OutputStream input) throws ModelException, InterruptedException {
    ask(input);
    Duration timeout = request.settings().timeout();
    boolean ended = process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    boolean allRead = output.awaitEnd(OUTPUT_PATIENCE);
    if (!ended) {
      throw hiccup("did not end within " + timeout.toMillis() + " ms and was killed");
    }
    Optional<String> answer = output.answer(request.token());
    int exitCode = process.exitValue();
    if (exitCode == 0 && answer.filter(ProbeMain.PASSED::equals).isPresent()) {
      return Verdict.passed();
    }
    if (answer.filter(text -> text.startsWith(ProbeMain.REFUSED)).isPresent()) {
      throw refusal(answer.get().substring(ProbeMain.REFUSED.length()));
    }
    if (!output.beganWith(request.token() + ProbeMain.BEGUN)) {
      throw hiccup(end(exitCode) + " before it came to the model");
    }
    boolean own = allRead && !SENT_FROM_OUTSIDE.contains(exitCode - SIGNALLED);
    if (!own || lackedMemory(exitCode, answer)) {
      throw hiccup(end(exitCode));
    }
    return Verdict.failed(message(end(exitCode)));
  }

  private boolean lackedMemory(int exitCode, Optional<String> answer) {
    return answer.filter(ProbeMain.TOO_LARGE::equals).isPresent()
        || exitCode == EXIT_OUT_OF_HEAP
        || output.mentions(OUT_OF_MEMORY);
  }

  private void ask(OutputStream input) {
    try {
      request.writeTo(input);
    } catch (IOException e) {
      // It ended before it read: its exit code and what it printed say why.
    }
  }

  private static ModelException refusal(String answer) {
    String[] parts = answer.split(" ", 2);
    return new ModelException(
        ModelReason.valueOf(parts[0]), parts[1] + " (found by the probe in a process of its own)");
  }

  private static String end(int exitCode) {
    if (exitCode == 0) {
      return "ended with exit code 0 before it was done";
    }
    return exitCode > SIGNALLED
        ? "was ended by signal " + (exitCode - SIGNALLED)
        : "ended with exit code " + exitCode;
  }

  /** What may pass: the version is not to blame, or not for sure, and may be tried again. */
  private ModelException hiccup(String what) {
    return new ModelException(ModelReason.PROBE_FAILED, message(what));
  }

  private long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  private String message(String what) {
    String printed = output.lastLines(request.token());
    return "the process that tried "
        + request.digest()
        + " out "
        + what
        + ", "
        + millis()
        + " ms after its start; "
        + (printed.isEmpty() ? "it printed nothing" : "it printed last: " + printed);
  }
}
