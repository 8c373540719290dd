package io.millrace.jobs;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.InferenceOptions;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.SavedModelReader;
import java.util.List;
import org.apache.flink.configuration.ReadableConfig;

/**
 * What the records of a replay are scored with: one version, told by its bytes.
 *
 * @param publish names it
 * @param signature that scores, as the model declares it
 */
record ReplayedVersion(Publish publish, Signature signature) {

  /**
   * Fetches the version once, before anything else is read: what it hashes to now is what every
   * task must find, whatever is done to its folder while the job runs.
   *
   * @throws ModelException if it is gone, incomplete, or not what its manifest or the configured
   *     digest says
   */
  static ReplayedVersion of(ReadableConfig config)
      throws ConfigurationException, ModelException, InterruptedException {
    StartingVersions versions = new StartingVersions(config);
    Publish found = versions.active(versions.commands(List.of())).orElseThrow();
    FileSystemModelStore store =
        FileSystemModelStore.of(versions.roots()).with(config.get(InferenceOptions.INTEGRITY));
    try (ModelFiles files = store.fetch(found.uri(), found.digest())) {
      Publish publish =
          new Publish(
              found.model(),
              found.version(),
              found.uri(),
              files.digest(),
              found.sequence(),
              found.activate(),
              found.effectiveFrom());
      return new ReplayedVersion(publish, signature(config, files));
    }
  }

  /** The signature that the configuration asks for. */
  static Signature signature(ReadableConfig config, ModelFiles files) throws ModelException {
    return SavedModelReader.read(files.content())
        .graph(config.getOptional(InferenceOptions.TAGS).orElse(null))
        .signature(config.getOptional(InferenceOptions.SIGNATURE_KEY).orElse(null))
        .signature();
  }
}
