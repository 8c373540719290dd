package io.millrace.tensorflow;

import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.tensor.Signature;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.MetaGraphDef;

/**
 * Loads SavedModels, TensorFlow 1's and 2's, through TensorFlow's C API.
 *
 * <pre>{@code
 * ModelEngine engine = TensorFlowEngine.create();
 * try (Model model = engine.load(files, LoadOptions.DEFAULT);
 *     Batch batch = model.newBatch(new BatchOptions(model.signature(null), true, 128, false))) {
 *   ...
 * }
 * }</pre>
 *
 * <p>Thread-safe; holds nothing, each model owns its native memory.
 */
public final class TensorFlowEngine implements ModelEngine {
  private TensorFlowEngine() {}

  /**
   * An engine on this JVM.
   *
   * @throws IllegalStateException if TensorFlow cannot be used safely here: another platform than
   *     linux-x86_64, JavaCPP's memory limits in force, or TensorFlow loaded by a class loader that
   *     goes away with a job; the message says what to do
   */
  public static TensorFlowEngine create() {
    RuntimeChecks.ofThisJvm().verify();
    return new TensorFlowEngine();
  }

  @Override
  public Optional<Signature> inspect(ModelFiles files, LoadOptions options) throws ModelException {
    Path directory = files.directory();
    MetaGraphDef metaGraph = SavedModelFile.choose(SavedModelFile.read(directory), options.tags());
    ModelScan.ofGraph(directory, metaGraph, options.opsPolicy()).require(options.signatureKey());
    return Optional.of(new SignatureTable(metaGraph).get(options.signatureKey()).signature());
  }

  @Override
  public Model load(ModelFiles files, LoadOptions options) throws ModelException {
    Path directory = files.directory();
    MetaGraphDef metaGraph = SavedModelFile.choose(SavedModelFile.read(directory), options.tags());
    Map<String, Path> assets = Initialisers.assets(directory, metaGraph);
    ModelScan scan = ModelScan.ofGraph(directory, metaGraph, options.opsPolicy());
    scan.require(options.signatureKey());
    new GraphChecks(directory, metaGraph).verify();
    SignatureTable signatures = new SignatureTable(metaGraph);
    Set<String> retaining = RetainedInputs.signatures(metaGraph, signatures);
    ConfigProto config = SessionConfig.of(options, metaGraph.getGraphDef());
    NativeSession session = NativeSession.load(directory, SavedModelFile.tags(metaGraph), config);
    TensorFlowModel model = new TensorFlowModel(session, signatures, retaining, scan);
    boolean initialised = false;
    try {
      session.initialise(Initialisers.leftToUs(metaGraph), assets);
      initialised = true;
      return model;
    } finally {
      if (!initialised) {
        model.close();
      }
    }
  }
}
