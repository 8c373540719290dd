package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.InferenceException;
import io.millrace.model.ModelException;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorWriter;

/**
 * A batch whose rows lie in the memory that TensorFlow reads. Everything that a run needs is
 * allocated once; see {@link SessionCall}.
 */
final class TensorFlowBatch implements Batch {
  /** How many fillings in a row leave memory unused before it is given back. */
  static final int PATIENCE = 64;

  private static final long KEPT_BYTES = 1 << 20;

  private final BatchOptions options;
  private final InputWriter[] inputs;
  private final OutputReader[] outputs;
  private final SessionCall call;
  private final OpenRow openRow = new OpenRow();
  private final ShownRow shownRow = new ShownRow();
  private final RunRange answered = new RunRange();
  private int rows;
  private int roomy;
  private boolean closed;

  private TensorFlowBatch(
      BatchOptions options, InputWriter[] inputs, OutputReader[] outputs, SessionCall call) {
    this.options = options;
    this.inputs = inputs;
    this.outputs = outputs;
    this.call = call;
  }

  /**
   * Allocates a batch.
   *
   * @param reserve whether inputs of known shape get room for all rows, or grow with them
   * @throws ModelException SIGNATURE_MISMATCH if the signature cannot be fed as the options say,
   *     TOO_LARGE if the rows of an input do not fit 2 GiB
   */
  static TensorFlowBatch open(
      NativeSession session,
      BoundSignature bound,
      BatchOptions options,
      boolean reserve,
      Inputs opener)
      throws ModelException {
    SessionCall call = SessionCall.bind(session, bound);
    InputWriter[] inputs = new InputWriter[bound.inputTensors().size()];
    boolean opened = false;
    try {
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = opener.open(options.signature().inputs().get(i));
      }
      OutputReader[] outputs =
          options.signature().outputs().stream()
              .map(spec -> new OutputReader(spec, options.batched()))
              .toArray(OutputReader[]::new);
      for (InputWriter input : inputs) {
        opener.allocate(input, reserve);
      }
      opened = true;
      return new TensorFlowBatch(options, inputs, outputs, call);
    } finally {
      if (!opened) {
        close(inputs, call);
      }
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int maxRows() {
    return options.maxRows();
  }

  @Override
  public <T> boolean append(T record, FeatureWriter<T> writer) {
    forgetRun();
    if (rows == options.maxRows()) {
      throw new IllegalStateException("the batch is full: " + rows + " rows");
    }
    for (InputWriter input : inputs) {
      input.beginRow(rows);
    }
    writer.write(record, openRow);
    for (InputWriter input : inputs) {
      input.finishRow();
    }
    rows++;
    return true;
  }

  /**
   * Moves the first row of another batch of the same signature, and of the same shape if this is
   * not the first, into the next row.
   *
   * @throws RecordException TOO_LARGE if a run of one such row takes more than 2 GiB
   */
  void take(TensorFlowBatch other) {
    forgetRun();
    for (int i = 0; i < inputs.length; i++) {
      inputs[i].takeRow(rows, other.inputs[i]);
    }
    rows++;
  }

  /** Native memory to be added before that one's row can be taken. */
  long growthFor(TensorFlowBatch other) {
    long bytes = 0;
    for (int i = 0; i < inputs.length; i++) {
      bytes += inputs[i].growthFor(rows, other.inputs[i]);
    }
    return bytes;
  }

  /** Native memory of the rows that is held, used or not. */
  long heldBytes() {
    long bytes = 0;
    for (InputWriter input : inputs) {
      bytes += input.heldBytes();
    }
    return bytes;
  }

  /**
   * Forgets rows and predictions, and gives the memory of the rows back where many fillings in a
   * row have left most of it unused.
   *
   * @return whether it did
   */
  boolean clearAndShrink() {
    long used = 0;
    for (InputWriter input : inputs) {
      used += input.bytesOf(rows);
    }
    long held = heldBytes();
    clear();
    roomy = held > KEPT_BYTES && used < held / 4 ? roomy + 1 : 0;
    if (roomy < PATIENCE) {
      return false;
    }
    giveBack();
    return true;
  }

  /** Gives back the memory that grew with the rows, of which there are none. */
  void giveBack() {
    clear();
    roomy = 0;
    for (InputWriter input : inputs) {
      input.giveBack();
    }
  }

  InputWriter input(int index) {
    return inputs[index];
  }

  /** So many rows were written into the inputs. */
  void filled(int count) {
    rows = count;
  }

  /** Whether the rows of this batch, or those it had last, have the shape of that one's. */
  boolean hasShapeOf(TensorFlowBatch other) {
    for (int i = 0; i < inputs.length; i++) {
      if (!inputs[i].hasShapeOf(other.inputs[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void run(int from, int to) throws InferenceException {
    RunRange.check(from, to, rows);
    forgetRun();
    int count = options.sizes().padded(to - from);
    for (int i = 0; i < inputs.length; i++) {
      call.feed(i, inputs[i].tensor(from, to, count, rows));
    }
    boolean done = false;
    try {
      call.run();
      readOutputs(count);
      answered.set(from, to);
      done = true;
    } finally {
      for (InputWriter input : inputs) {
        input.releaseTemporary();
      }
      if (!done) {
        forgetRun();
      }
    }
  }

  private void readOutputs(int count) throws InferenceException {
    for (int i = 0; i < outputs.length; i++) {
      outputs[i].take(call.answer(i));
    }
    for (OutputReader output : outputs) {
      output.open(count);
    }
  }

  @Override
  public Prediction prediction(int row) {
    int index = answered.indexOf(row);
    for (OutputReader output : outputs) {
      output.show(index);
    }
    return shownRow;
  }

  @Override
  public void clear() {
    forgetRun();
    rows = 0;
  }

  /**
   * Forgets the predictions. Outputs may show an input's memory (Identity): they go before it is
   * written again, or given back because the rows outgrow it.
   */
  void forgetRun() {
    answered.forget();
    for (OutputReader output : outputs) {
      output.release();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      clear();
      close(inputs, call);
    }
  }

  private static void close(InputWriter[] inputs, SessionCall call) {
    for (InputWriter input : inputs) {
      if (input != null) {
        input.close();
      }
    }
    call.close();
  }

  /** The row that is being written. */
  private final class OpenRow implements Row {
    @Override
    public Signature signature() {
      return options.signature();
    }

    @Override
    public TensorWriter input(String name) {
      int index = options.signature().inputIndex(name);
      if (index < 0) {
        throw new RecordException(
            RecordReason.UNKNOWN_FIELD,
            "unknown input '" + name + "': expected one of " + options.signature().inputNames());
      }
      return inputs[index];
    }

    @Override
    public TensorWriter input(int index) {
      return inputs[index];
    }
  }

  /** The row that is being read. */
  private final class ShownRow implements Prediction {
    @Override
    public Signature signature() {
      return options.signature();
    }

    @Override
    public TensorReader output(String name) {
      int index = options.signature().outputIndex(name);
      if (index < 0) {
        throw new IllegalArgumentException(
            "unknown output '" + name + "': expected one of " + options.signature().outputNames());
      }
      return outputs[index];
    }

    @Override
    public TensorReader output(int index) {
      return outputs[index];
    }

    @Override
    public boolean isFinite() {
      for (OutputReader output : outputs) {
        if (!output.isFinite()) {
          return false;
        }
      }
      return true;
    }
  }
}
