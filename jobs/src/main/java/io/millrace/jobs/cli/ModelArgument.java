package io.millrace.jobs.cli;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.ModelBase;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code PATH [--tags]}: a version that a command looks into, on any file system. */
final class ModelArgument {

  @Parameters(
      paramLabel = "PATH",
      description =
          "The folder of a version: a local path, hdfs:// or s3://. Of a folder of versions, the"
              + " highest is taken.")
  private String path = "";

  @Option(
      names = "--tags",
      split = ",",
      paramLabel = "TAG",
      description = "Tag set of the graph; by default serve, else the only one.")
  private @Nullable List<String> tags;

  /** A fetched version; whoever opened it closes it. */
  record Opened(URI location, ModelFiles files) implements AutoCloseable {
    @Override
    public void close() {
      files.close();
    }
  }

  @Nullable List<String> tags() {
    return tags;
  }

  /** Where it is, without a look at it. */
  URI location() throws CommandException {
    return Locations.parse(path);
  }

  /** Fetches the version's files. */
  Opened open() throws ModelException, InterruptedException, CommandException {
    URI uri = location();
    List<String> roots = List.of(uri.toString());
    FileSystemModelStore store = FileSystemModelStore.of(roots);
    try {
      return new Opened(uri, store.fetch(uri, null));
    } catch (ModelException e) {
      if (e.reason() != ModelReason.INCOMPLETE && e.reason() != ModelReason.NOT_FOUND) {
        throw e;
      }
      URI latest = latest(uri, roots, e);
      return new Opened(latest, store.fetch(latest, null));
    }
  }

  private static URI latest(URI base, List<String> roots, ModelException notAVersion)
      throws ModelException, InterruptedException {
    try {
      return ModelBase.of(base, roots).latest().uri();
    } catch (ModelException e) {
      throw notAVersion;
    }
  }
}
