package io.millrace.tensorflow;

import io.millrace.model.InferenceException;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerPointer;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * One way of calling a session: which tensors are fed and fetched, with the native arrays that a
 * call passes, allocated once. Owned by one batch; used by one thread at a time.
 */
final class SessionCall implements AutoCloseable {
  // A reference variable is of its value's type + 100.
  private static final int REFERENCE_OFFSET = 100;
  // Strict, as an index out of range reads beyond the operation's outputs.
  private static final Pattern TENSOR = Pattern.compile("([^:\\x00]+)(?::([0-9]{1,9}))?");

  private final NativeSession session;
  private final NativeStatus status = new NativeStatus();
  private final SignalMask mask = new SignalMask();
  private final int inputCount;
  private final int outputCount;
  private final TF_Output inputs;
  private final TF_Output outputs;
  private final PointerPointer<TF_Tensor> inputValues;
  private final PointerPointer<TF_Tensor> outputValues;
  private boolean closed;

  private SessionCall(NativeSession session, int inputCount, int outputCount) {
    this.session = session;
    this.inputCount = inputCount;
    this.outputCount = outputCount;
    this.inputs = new TF_Output(Math.max(1, inputCount));
    this.outputs = new TF_Output(outputCount);
    this.inputValues = new PointerPointer<>(Math.max(1, inputCount));
    this.outputValues = new PointerPointer<>(outputCount);
  }

  /**
   * Looks a signature's tensors up in the graph.
   *
   * @throws ModelException SIGNATURE_MISMATCH if one is not there, is of another type than the
   *     signature says, or is fed under two names
   */
  static SessionCall bind(NativeSession session, BoundSignature bound) throws ModelException {
    SessionCall call =
        new SessionCall(session, bound.inputTensors().size(), bound.outputTensors().size());
    boolean done = false;
    try {
      call.bind(call.inputs, bound.signature().inputs(), bound.inputTensors());
      call.bind(call.outputs, bound.signature().outputs(), bound.outputTensors());
      verifyDistinct(bound);
      done = true;
      return call;
    } finally {
      if (!done) {
        call.close();
      }
    }
  }

  private void bind(TF_Output array, List<TensorSpec> specs, List<String> tensors)
      throws ModelException {
    for (int i = 0; i < specs.size(); i++) {
      String tensor = tensors.get(i);
      Matcher name = TENSOR.matcher(tensor);
      if (!name.matches()) {
        throw mismatch(
            specs.get(i) + " is the tensor '" + tensor + "', expected a name as 'node:0'");
      }
      int index = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
      TF_Operation operation = session.operation(name.group(1));
      if (operation == null || index >= tensorflow.TF_OperationNumOutputs(operation)) {
        throw mismatch(specs.get(i) + " is the tensor '" + tensor + "', which the graph lacks");
      }
      TF_Output output = array.position(i).oper(operation).index(index);
      int type = tensorflow.TF_OperationOutputType(output) % REFERENCE_OFFSET;
      if (type != specs.get(i).type().number()) {
        throw mismatch(
            specs.get(i) + " is the tensor '" + tensor + "', whose dtype has the number " + type);
      }
    }
    array.position(0);
  }

  private static void verifyDistinct(BoundSignature bound) throws ModelException {
    List<String> tensors = bound.inputTensors();
    for (int i = 0; i < tensors.size(); i++) {
      int other = tensors.indexOf(tensors.get(i));
      if (other != i) {
        List<String> names = bound.signature().inputNames();
        throw mismatch(
            "inputs '"
                + names.get(other)
                + "' and '"
                + names.get(i)
                + "' of signature '"
                + bound.signature().name()
                + "' are the same tensor '"
                + tensors.get(i)
                + "', so they cannot be fed together; choose another signature");
      }
    }
  }

  private static ModelException mismatch(String message) {
    return new ModelException(ModelReason.SIGNATURE_MISMATCH, message);
  }

  /** Feeds this tensor to input {@code index}; it stays the caller's. */
  void feed(int index, TF_Tensor tensor) {
    inputValues.put(index, tensor);
  }

  /**
   * Runs the session. Afterwards {@link #answer} has every output; each is to be taken.
   *
   * @throws InferenceException if TensorFlow fails; there are no answers then
   */
  void run() throws InferenceException {
    mask.begin();
    try {
      tensorflow.TF_SessionRun(
          session.handle(),
          null,
          inputs,
          inputValues,
          inputCount,
          outputs,
          outputValues,
          outputCount,
          (PointerPointer<?>) null,
          0,
          null,
          status.handle());
    } finally {
      mask.end();
    }
    if (!status.isOk()) {
      throw new InferenceException(status.message(), status.blamesInput());
    }
  }

  /** What the last run answered for output {@code index}; owned by the caller, who deletes it. */
  TF_Tensor answer(int index) {
    return outputValues.get(TF_Tensor.class, index);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      outputValues.close();
      inputValues.close();
      outputs.close();
      inputs.close();
      mask.close();
      status.close();
    }
  }
}
