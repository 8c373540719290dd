package io.millrace.serving;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.InferenceException;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs a model that was just loaded on rows of zeros (and empty strings), so that its first record
 * finds it warm, a model without its variables is found out before it scores, and a batch dimension
 * is confirmed by one and by two rows.
 *
 * <p>Rows that are made up may be refused by the model itself (a parsed {@code tf.Example} that
 * lacks a feature, say). Where TensorFlow blames the input already for one row, the warm-up
 * therefore proves nothing and the signature's word is taken; where it blames anything else, the
 * model is unfit.
 */
public final class WarmUp {
  private static final FeatureWriter<Boolean> ZEROS = (unused, row) -> writeZeros(row);

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

  private WarmUp(Model model, Signature signature) {
    this.model = model;
    this.signature = signature;
  }

  /**
   * Warms a model up.
   *
   * @param sizes the sizes of batches, of which each that is stated is run too, or a full one
   * @throws ModelException WARM_UP_FAILED if the model fails for another reason than the made-up
   *     rows, SIGNATURE_MISMATCH if the batch dimension that the job demands is not there
   */
  public static Rows run(
      Model model, Signature signature, BatchDimension demanded, BatchSizes sizes)
      throws ModelException {
    return new WarmUp(model, signature).run(demanded, sizes);
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
      runRows(false, 1);
      return Rows.WHOLE_TENSORS;
    }
    Outcome one = runRows(true, 1);
    if (demanded == BatchDimension.ABSENT || sizes.max() == 1) {
      return Rows.ONE_BY_ONE;
    }
    if (one == Outcome.RAN && !confirmsBatches(demanded)) {
      return Rows.ONE_BY_ONE;
    }
    for (int rows : sizes.warmUp()) {
      runRows(true, rows);
    }
    return new Rows(true, sizes);
  }

  // One row is fine: two that are not, for whatever reason, are no batch.
  private boolean confirmsBatches(BatchDimension demanded) throws ModelException {
    ModelException failure = null;
    try {
      if (runRows(true, 2) == Outcome.RAN) {
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

  private Outcome runRows(boolean batched, int rows) throws ModelException {
    try (Batch batch = model.newBatch(new BatchOptions(signature, batched, rows, false))) {
      int written = 0;
      while (written < rows && batch.append(Boolean.TRUE, ZEROS)) {
        written++;
      }
      batch.run(0, written);
      return Outcome.RAN;
    } catch (InferenceException e) {
      if (e.inputAtFault()) {
        return Outcome.INPUT_REFUSED;
      }
      throw failed(rows, e);
    } catch (RecordException e) {
      throw failed(rows, e);
    }
  }

  private ModelException failed(int rows, Exception cause) {
    return new ModelException(
        ModelReason.WARM_UP_FAILED,
        "warm-up of signature '"
            + signature.name()
            + "' with "
            + rows
            + " row(s) failed: "
            + cause.getMessage(),
        cause);
  }

  private static void writeZeros(Row row) {
    for (int i = 0; i < row.signature().inputs().size(); i++) {
      writeZeros(row.input(i), row.signature().inputs().get(i));
    }
  }

  private static void writeZeros(TensorWriter writer, TensorSpec spec) {
    long[] dimensions = writer.rowShape().dimensions();
    boolean open = false;
    for (int i = 0; i < dimensions.length; i++) {
      if (dimensions[i] == Shape.UNKNOWN) {
        dimensions[i] = 1;
        open = true;
      }
    }
    if (open) {
      writer.shape(dimensions);
    }
    long elements = Arrays.stream(dimensions).reduce(1, Math::multiplyExact);
    for (long i = 0; i < elements; i++) {
      switch (spec.type()) {
        case STRING -> writer.put("");
        case BOOL -> writer.put(false);
        case COMPLEX64, COMPLEX128 -> writer.put(0f).put(0f);
        case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> writer.put(0f);
        case FLOAT8_E5M2, FLOAT8_E4M3FN -> writer.putRaw(new byte[1], 0, 1);
        default -> writer.put(0);
      }
    }
  }
}
