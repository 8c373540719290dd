package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;

/**
 * A graph and the session that runs it: the native memory of one loaded model. The session's own
 * calls are thread-safe; {@link #close} is not to race them.
 */
final class NativeSession implements AutoCloseable {
  private final TF_Graph graph;
  private final TF_Session session;
  private boolean closed;
  private boolean gone;

  private NativeSession(TF_Graph graph, TF_Session session) {
    this.graph = graph;
    this.session = session;
  }

  /**
   * Loads a SavedModel: restores its variables, then runs its initialiser.
   *
   * @param path read during the call
   */
  static NativeSession load(ReadPath path, List<String> tags, ConfigProto config)
      throws ModelException {
    TF_Graph graph = tensorflow.TF_NewGraph();
    TF_SessionOptions sessionOptions = tensorflow.TF_NewSessionOptions();
    boolean loaded = false;
    // The scope frees the strings: JavaCPP's own garbage collection is off where the JVM is told
    // so.
    try (NativeStatus status = new NativeStatus();
        PointerScope scope = new PointerScope()) {
      configure(sessionOptions, config.toByteArray(), status);
      TF_Session session;
      try (SignalMask mask = SignalMask.begun()) {
        session =
            tensorflow.TF_LoadSessionFromSavedModel(
                sessionOptions,
                null,
                new BytePointer(path.location()),
                new PointerPointer<>(tags.toArray(String[]::new)),
                tags.size(),
                graph,
                null,
                status.handle());
      }
      if (!status.isOk()) {
        throw new ModelException(
            ModelReason.LOAD_FAILED,
            "TensorFlow cannot load "
                + path.name()
                + " with tags "
                + tags
                + ": "
                + status.message());
      }
      loaded = true;
      return new NativeSession(graph, session);
    } finally {
      tensorflow.TF_DeleteSessionOptions(sessionOptions);
      if (!loaded) {
        tensorflow.TF_DeleteGraph(graph);
      }
    }
  }

  private static void configure(
      TF_SessionOptions sessionOptions, byte[] config, NativeStatus status) {
    try (BytePointer bytes = new BytePointer(config)) {
      tensorflow.TF_SetConfig(sessionOptions, bytes, config.length, status.handle());
    }
    if (!status.isOk()) {
      throw new IllegalStateException("session configuration: " + status.message());
    }
  }

  /**
   * Runs nodes once, fed with the paths of the model's assets.
   *
   * @param targets may be empty: then nothing runs
   * @param assets paths by the tensors that hold them
   */
  void initialise(List<String> targets, Map<String, String> assets) throws ModelException {
    if (targets.isEmpty()) {
      return;
    }
    List<StringScalar> paths = new ArrayList<>();
    try (PointerScope scope = new PointerScope();
        NativeStatus status = new NativeStatus()) {
      TF_Output fed = new TF_Output(Math.max(1, assets.size()));
      PointerPointer<TF_Tensor> values = new PointerPointer<>(Math.max(1, assets.size()));
      for (Map.Entry<String, String> asset : assets.entrySet()) {
        StringScalar path = new StringScalar(asset.getValue());
        // First of all, so that it is closed if the tensor is not there.
        paths.add(path);
        int i = paths.size() - 1;
        fed.position(i).oper(required(asset.getKey())).index(0);
        values.put(i, path.tensor());
      }
      run(targets, fed, values, paths.size(), status);
      if (!status.isOk()) {
        throw new ModelException(
            ModelReason.LOAD_FAILED,
            "the initialisers " + targets + " failed: " + status.message());
      }
    } finally {
      paths.forEach(StringScalar::close);
    }
  }

  private void run(
      List<String> targets,
      TF_Output fed,
      PointerPointer<TF_Tensor> values,
      int inputs,
      NativeStatus status)
      throws ModelException {
    PointerPointer<TF_Operation> operations = new PointerPointer<>(targets.size());
    for (int i = 0; i < targets.size(); i++) {
      operations.put(i, required(targets.get(i)));
    }
    try (SignalMask mask = SignalMask.begun()) {
      tensorflow.TF_SessionRun(
          session,
          null,
          fed.position(0),
          values,
          inputs,
          null,
          (PointerPointer<?>) null,
          0,
          operations,
          targets.size(),
          null,
          status.handle());
    }
  }

  private TF_Operation required(String reference) throws ModelException {
    TF_Operation operation = operation(ReachableOps.nodeName(reference));
    if (operation == null) {
      throw new ModelException(
          ModelReason.LOAD_FAILED, "the initialiser '" + reference + "' is not in the graph");
    }
    return operation;
  }

  TF_Session handle() {
    return session;
  }

  /** The operation of this name, or null. It belongs to the graph. */
  @Nullable TF_Operation operation(String name) {
    return tensorflow.TF_GraphOperationByName(graph, name);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (NativeStatus status = new NativeStatus()) {
      tensorflow.TF_CloseSession(session, status.handle());
      boolean stopped = status.isOk();
      tensorflow.TF_DeleteSession(session, status.handle());
      gone = stopped && status.isOk();
    } finally {
      tensorflow.TF_DeleteGraph(graph);
    }
  }

  /** Whether it was closed, and TensorFlow had nothing to say against it. */
  boolean isGone() {
    return gone;
  }
}
