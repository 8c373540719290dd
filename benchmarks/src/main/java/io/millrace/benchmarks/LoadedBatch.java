package io.millrace.benchmarks;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.tensorflow.TensorFlowEngine;
import java.nio.file.Path;
import java.util.List;

/** The project's own engine without Flink around it. Whoever opened it closes it. */
final class LoadedBatch implements AutoCloseable {
  private final ModelFiles files;
  private final Model model;
  private final Batch batch;

  private LoadedBatch(ModelFiles files, Model model, Batch batch) {
    this.files = files;
    this.model = model;
    this.batch = batch;
  }

  static LoadedBatch open(String directory, int rows) throws ModelException, InterruptedException {
    ModelFiles files =
        FileSystemModelStore.of(List.of(directory)).fetch(Path.of(directory).toUri(), null);
    Model model = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT);
    Batch batch = model.newBatch(new BatchOptions(model.signature(null), true, rows, true));
    return new LoadedBatch(files, model, batch);
  }

  Batch batch() {
    return batch;
  }

  @Override
  public void close() {
    batch.close();
    model.close();
    files.close();
  }
}
