package io.millrace.serving;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.InferenceException;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.util.Arrays;

/**
 * Runs a model that was just loaded on rows of zeros (and empty strings), so that its first record
 * finds it warm, a model without its variables is found out before it scores, and a batch dimension
 * is confirmed by one and by two rows.
 *
 * <p>Rows that are made up may be refused by the model itself (a parsed {@code tf.Example} that
 * lacks a feature, say). Where TensorFlow blames the input, the warm-up therefore proves nothing
 * and the signature's word is taken; where it blames anything else, the model is unfit.
 */
public final class WarmUp {
  private static final FeatureWriter<Boolean> ZEROS = (unused, row) -> writeZeros(row);

  private WarmUp() {}

  /** Whether dimension 0 is a batch: the job's word, or null to find out. */
  public enum BatchDimension {
    FIND_OUT,
    PRESENT,
    ABSENT
  }

  /**
   * Warms a model up.
   *
   * @param maxRows the size of a full batch, which is run too
   * @return whether the signature is run in batches
   * @throws ModelException WARM_UP_FAILED if the model fails for another reason than the made-up
   *     rows, SIGNATURE_MISMATCH if the batch dimension that the job demands is not there
   */
  public static boolean run(Model model, Signature signature, BatchDimension demanded, int maxRows)
      throws ModelException {
    if (demanded == BatchDimension.ABSENT
        || (demanded == BatchDimension.FIND_OUT && !signature.hasBatchDimension())) {
      runOnce(model, new BatchOptions(signature, false, 1, false), 1);
      return false;
    }
    if (!signature.hasBatchDimension()) {
      throw new ModelException(
          ModelReason.SIGNATURE_MISMATCH,
          "signature '"
              + signature.name()
              + "' has no batch dimension: batching.mode 'on' needs dimension 0 unknown on every input and output, got "
              + signature.inputs()
              + " -> "
              + signature.outputs());
    }
    try {
      runOnce(model, new BatchOptions(signature, true, 1, false), 1);
      runOnce(model, new BatchOptions(signature, true, 2, false), 2);
      if (maxRows > 2) {
        runOnce(model, new BatchOptions(signature, true, maxRows, false), maxRows);
      }
      return true;
    } catch (ModelException e) {
      if (demanded == BatchDimension.PRESENT || maxRows == 1) {
        throw e;
      }
      // The signature promises a batch dimension that two rows do not confirm.
      runOnce(model, new BatchOptions(signature, false, 1, false), 1);
      return false;
    }
  }

  private static void runOnce(Model model, BatchOptions options, int rows) throws ModelException {
    try (Batch batch = model.newBatch(options)) {
      for (int i = 0; i < rows; i++) {
        batch.append(Boolean.TRUE, ZEROS);
      }
      batch.run(0, rows);
    } catch (InferenceException e) {
      if (!e.inputAtFault()) {
        throw new ModelException(
            ModelReason.WARM_UP_FAILED,
            "warm-up of signature '"
                + options.signature().name()
                + "' with "
                + rows
                + " row(s) failed: "
                + e.getMessage(),
            e);
      }
    }
  }

  private static void writeZeros(Row row) {
    Signature signature = row.signature();
    for (int i = 0; i < signature.inputs().size(); i++) {
      TensorWriter writer = row.input(i);
      TensorSpec spec = signature.inputs().get(i);
      writeZeros(writer, spec);
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
