package io.millrace.serving;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.InferenceException;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.SampleRow;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Signature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a model that was just loaded, so that its first record finds it warm, a model without its
 * variables is found out before it scores, and a batch dimension is confirmed by one and by two
 * rows. It is run on rows that somebody gave for it, each of them at least once, else on rows of
 * zeros (and empty strings).
 *
 * <p>Rows that are made up may be refused by the model itself (a parsed {@code tf.Example} that
 * lacks a feature, say). Where TensorFlow blames the input already for one row, the warm-up
 * therefore proves nothing and the signature's word is taken; where it blames anything else, the
 * model is unfit. A row that was given is one that the model is meant to take: whatever becomes of
 * it but an answer, the model is unfit.
 */
public final class WarmUp {
  private static final FeatureWriter<SampleRow> SAMPLES = SampleRow::write;

  /** What the job says about dimension 0. */
  public enum BatchDimension {
    /** Batched if the signature has it and two rows confirm it. */
    FIND_OUT,
    /** Batched; a model that does not confirm it is rejected. */
    PRESENT,
    /** One row a call. */
    ABSENT
  }

  /**
   * How a signature is run.
   *
   * @param batched whether dimension 0 is left out of a row
   * @param sizes how many rows a call may have
   */
  public record Rows(boolean batched, BatchSizes sizes) {
    private static final Rows WHOLE_TENSORS = new Rows(false, BatchSizes.upTo(1));
    private static final Rows ONE_BY_ONE = new Rows(true, BatchSizes.upTo(1));
  }

  private enum Outcome {
    RAN,
    INPUT_REFUSED
  }

  private final Model model;
  private final Signature signature;
  private final List<SampleRow> samples;
  private final boolean madeUp;

  private WarmUp(Model model, Signature signature, List<SampleRow> given) {
    this.model = model;
    this.signature = signature;
    this.madeUp = given.isEmpty();
    this.samples = madeUp ? List.of(new ZeroRow()) : given;
  }

  /**
   * Warms a model up with rows of zeros.
   *
   * @param sizes the sizes of batches, of which each that is stated is run too, or a full one
   * @throws ModelException WARM_UP_FAILED if the model fails for another reason than the made-up
   *     rows, SIGNATURE_MISMATCH if the batch dimension that the job demands is not there
   */
  public static Rows run(
      Model model, Signature signature, BatchDimension demanded, BatchSizes sizes)
      throws ModelException {
    return run(model, signature, demanded, sizes, List.of());
  }

  /**
   * Warms a model up.
   *
   * @param samples rows of the signature, whole tensors where it has no batch dimension; repeated
   *     where a batch has more; none where they are to be made up
   * @throws ModelException as {@link #run(Model, Signature, BatchDimension, BatchSizes)};
   *     WARM_UP_FAILED names the sample that the model fails on
   */
  public static Rows run(
      Model model,
      Signature signature,
      BatchDimension demanded,
      BatchSizes sizes,
      List<SampleRow> samples)
      throws ModelException {
    return new WarmUp(model, signature, samples).run(demanded, sizes);
  }

  private Rows run(BatchDimension demanded, BatchSizes sizes) throws ModelException {
    if (!signature.hasBatchDimension()) {
      if (demanded == BatchDimension.PRESENT) {
        throw unbatchable(
            "dimension 0 is not unknown on every input and output: "
                + signature.inputs()
                + " -> "
                + signature.outputs(),
            null);
      }
      runRows(false, 0, 1);
      runRest(false, 1, 1);
      return Rows.WHOLE_TENSORS;
    }
    Outcome one = runRows(true, 0, 1);
    if (demanded == BatchDimension.ABSENT
        || sizes.max() == 1
        || (one == Outcome.RAN && !confirmsBatches(demanded))) {
      runRest(true, 1, 1);
      return Rows.ONE_BY_ONE;
    }
    int next = 0;
    for (int rows : sizes.warmUp()) {
      runRows(true, next, rows);
      next += rows;
    }
    runRest(true, next, sizes.max());
    return new Rows(true, sizes);
  }

  private void runRest(boolean batched, int from, int rows) throws ModelException {
    for (int next = from; next < samples.size(); next += rows) {
      runRows(batched, next, Math.min(rows, samples.size() - next));
    }
  }

  // One row is fine: two that are not, for whatever reason, are no batch.
  private boolean confirmsBatches(BatchDimension demanded) throws ModelException {
    if (samples.size() > 1) {
      // By itself first: a bad row says nothing about batches.
      runRows(true, 1, 1);
    }
    ModelException failure = null;
    try {
      if (runRows(true, 0, 2) == Outcome.RAN) {
        return true;
      }
    } catch (ModelException e) {
      failure = e;
    }
    if (demanded == BatchDimension.PRESENT) {
      throw unbatchable("it runs one row, but not two", failure);
    }
    return false;
  }

  private ModelException unbatchable(String why, @Nullable ModelException cause) {
    return new ModelException(
        ModelReason.SIGNATURE_MISMATCH,
        "signature '"
            + signature.name()
            + "' takes no batches ("
            + why
            + "): set batching.mode to auto or off, or publish a model that does",
        cause);
  }

  /**
   * @param from the sample that is the first row, counted on from the first one again behind the
   *     last
   */
  private Outcome runRows(boolean batched, int from, int rows) throws ModelException {
    try (Batch batch = model.newBatch(new BatchOptions(signature, batched, rows, false))) {
      int done = 0;
      while (done < rows) {
        int written = fill(batch, from + done, rows - done);
        if (!run(batch, from + done, written)) {
          return Outcome.INPUT_REFUSED;
        }
        batch.clear();
        done += written;
      }
      return Outcome.RAN;
    }
  }

  /** Writes as many rows as there is room for beside each other. */
  private int fill(Batch batch, int from, int rows) throws ModelException {
    int written = 0;
    try {
      while (written < rows && batch.append(sample(from + written), SAMPLES)) {
        written++;
      }
    } catch (RecordException e) {
      throw failed(sample(from + written).place(), rows, e);
    }
    if (written == 0) {
      throw new IllegalStateException("an empty batch took no row: " + sample(from).place());
    }
    return written;
  }

  private SampleRow sample(int index) {
    return samples.get(index % samples.size());
  }

  private boolean run(Batch batch, int from, int rows) throws ModelException {
    try {
      batch.run(0, rows);
      return true;
    } catch (InferenceException e) {
      if (madeUp && e.inputAtFault()) {
        return false;
      }
      int culprit = madeUp || rows == 1 ? 0 : culprit(batch, e);
      String place = sample(from + Math.max(0, culprit)).place();
      throw failed(culprit < 0 ? "the rows from " + place + " on" : place, rows, e);
    }
  }

  /** The first row that the model fails on by itself, -1 where it takes several. */
  private static int culprit(Batch batch, InferenceException failure) {
    int[] first = {-1};
    Bisection.run(
        batch,
        failure,
        new Bisection.Sink() {
          @Override
          public void scored(int from, int to) {}

          @Override
          public void failed(int row, InferenceException cause) {
            first[0] = first[0] < 0 ? row : first[0];
          }
        });
    return first[0];
  }

  private ModelException failed(String place, int rows, Exception cause) {
    return new ModelException(
        ModelReason.WARM_UP_FAILED,
        "warm-up of signature '"
            + signature.name()
            + "' with "
            + rows
            + " row(s) failed on "
            + place
            + ": "
            + cause.getMessage(),
        cause);
  }
}
