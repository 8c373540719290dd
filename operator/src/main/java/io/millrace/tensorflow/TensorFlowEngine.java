package io.millrace.tensorflow;

import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelContent;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.tensor.Signature;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

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
    ModelContent content = files.content();
    MetaGraphDef metaGraph = SavedModelFile.choose(SavedModelFile.read(content), options.tags());
    ModelScan.ofGraph(content, metaGraph, options.opsPolicy()).require(options.signatureKey());
    return Optional.of(new SignatureTable(metaGraph).get(options.signatureKey()).signature());
  }

  @Override
  public Model load(ModelFiles files, LoadOptions options) throws ModelException {
    ModelContent content = files.content();
    SavedModel savedModel = SavedModelFile.read(content);
    MetaGraphDef metaGraph = SavedModelFile.choose(savedModel, options.tags());
    Map<String, String> assets = Initialisers.assets(content.name("assets"), metaGraph);
    ModelScan scan = ModelScan.ofGraph(content, metaGraph, options.opsPolicy());
    scan.require(options.signatureKey());
    new GraphChecks(content, metaGraph).verify();
    SignatureTable signatures = new SignatureTable(metaGraph);
    Set<String> retaining = RetainedInputs.signatures(scan.file(), metaGraph, signatures);
    ReadPath path = ReadPath.of(content, savedModel);
    assets.replaceAll((tensor, asset) -> path.of(asset));
    NativeSession session = open(path, metaGraph, options);
    TensorFlowModel model = new TensorFlowModel(session, path, signatures, retaining, scan);
    boolean initialised = false;
    try {
      session.initialise(Initialisers.leftToUs(metaGraph), assets);
      path.keepAssets();
      initialised = true;
      return model;
    } finally {
      if (!initialised) {
        model.close();
      }
    }
  }

  private static NativeSession open(ReadPath path, MetaGraphDef metaGraph, LoadOptions options)
      throws ModelException {
    boolean opened = false;
    try {
      ConfigProto config = SessionConfig.of(options, metaGraph.getGraphDef());
      NativeSession session = NativeSession.load(path, SavedModelFile.tags(metaGraph), config);
      opened = true;
      return session;
    } catch (ModelException e) {
      path.release();
      throw e;
    } finally {
      if (!opened) {
        path.close();
      }
    }
  }
}
