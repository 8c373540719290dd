package io.millrace.probe;

import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Tries a version out in a child JVM: loads, initialises and warms it up there, as this process is
 * about to do.
 *
 * <pre>{@code
 * ModelProbe probe = new ModelProbe(settings);
 * probe.require(files);
 * Model model = engine.load(files, settings.loadOptions());
 * }</pre>
 *
 * <p>Thread-safe. Verdicts are remembered by digest and settings for as long as the class loader of
 * this code lives; a failure only if the version brought it about itself. The probe keeps accidents
 * away from this process; it is no sandbox, for it may do whatever this user may.
 */
public final class ModelProbe {
  private static final int REMEMBERED = 1000;
  private static final Verdicts VERDICTS = new Verdicts(REMEMBERED);
  private static final long BY_WHAT_IS_FREE = 0;

  private final ProbeSettings settings;
  private final long maxMemory;

  public ModelProbe(ProbeSettings settings) {
    this(settings, BY_WHAT_IS_FREE);
  }

  /**
   * @param maxMemory resident bytes of the child at the most
   */
  ModelProbe(ProbeSettings settings, long maxMemory) {
    this.settings = settings;
    this.maxMemory = maxMemory;
  }

  /**
   * Returns if the version gets through. Blocks for as long as it takes to start a JVM, load the
   * model and run it, or until the timeout.
   *
   * @param files fetched and verified; read by the child during the call
   * @throws ModelException PROBE_FAILED if the child ends otherwise than by passing (a signal, an
   *     exit code, also 0, a timeout, too much memory) or there is no room for it; the reason that
   *     loading or warming up gives if the child gets as far as that
   * @throws InterruptedException if the thread is interrupted; the child is killed then
   */
  public void require(ModelFiles files) throws ModelException, InterruptedException {
    Verdicts.Answer answer =
        VERDICTS.of(
            new Verdicts.Key(files.digest(), settings), () -> ProbeProcess.run(request(files)));
    String failure = answer.verdict().failure();
    if (failure != null) {
      throw new ModelException(
          ModelReason.PROBE_FAILED,
          answer.fresh() ? failure : failure + " (remembered, not tried again)");
    }
  }

  private ProbeRequest request(ModelFiles files) throws ModelException {
    return new ProbeRequest(
        UUID.randomUUID().toString(),
        files.directory().toString(),
        files.digest(),
        settings,
        maxMemory == BY_WHAT_IS_FREE ? free() : maxMemory);
  }

  private static long free() throws ModelException {
    try {
      return MemoryRoom.of(Path.of("/")).limit();
    } catch (IOException | NumberFormatException e) {
      throw new ModelException(
          ModelReason.PROBE_FAILED, "cannot read how much memory is free: " + e.getMessage(), e);
    }
  }

  /** How many child JVMs were begun in this job's class loader. */
  static long probes() {
    return VERDICTS.probes();
  }
}
