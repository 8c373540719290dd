package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelMemory;
import io.millrace.tensor.Signature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/** Loads models that lie in a directory. */
final class Loaded {
  private Loaded() {}

  static Model model(Path directory) throws ModelException {
    return model(directory, LoadOptions.DEFAULT);
  }

  static Model model(Path directory, LoadOptions options) throws ModelException {
    ModelFiles files = new ModelFiles(directory, "sha256:" + "0".repeat(64), 0, () -> {});
    return TensorFlowEngine.create().load(files, options);
  }

  /** Loads what lies in a directory from memory: each file in two blocks of the caller's. */
  static Model fromMemory(Path directory) throws ModelException, IOException {
    try (ModelFiles files = new ModelFiles(memory(directory), "sha256:" + "0".repeat(64))) {
      return TensorFlowEngine.create().load(files, LoadOptions.DEFAULT);
    }
  }

  /** The files of a directory, the second half of each outside of the heap. */
  static ModelMemory memory(Path directory) throws IOException {
    Map<String, List<ModelMemory.Block>> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory).filter(Files::isRegularFile)) {
      for (Path path : paths.toList()) {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
        ByteBuffer first = bytes.slice(0, bytes.limit() / 2);
        ByteBuffer second = ByteBuffer.allocateDirect(bytes.limit() - first.limit());
        second.put(bytes.position(first.limit())).flip();
        files.put(
            directory.relativize(path).toString(),
            List.of(new ModelMemory.Block(first, null), new ModelMemory.Block(second, null)));
      }
    }
    return new ModelMemory(directory.toString(), files);
  }

  /** The exception that loading throws. */
  static ModelException refusal(Path directory) {
    return Assertions.assertThrows(ModelException.class, () -> model(directory).close());
  }

  static Batch batch(Model model, int maxRows) throws ModelException {
    return batch(model, model.signature(null), maxRows);
  }

  static Batch batch(Model model, Signature signature, int maxRows) throws ModelException {
    return model.newBatch(
        new BatchOptions(signature, signature.hasBatchDimension(), maxRows, false));
  }
}
