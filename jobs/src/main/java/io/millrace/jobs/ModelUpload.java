package io.millrace.jobs;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A local version brought to any place that Flink writes to. A version there is never changed; one
 * that an earlier upload left without its {@code saved_model.pb} is completed, unless it holds
 * anything else.
 *
 * <pre>{@code
 * boolean written = new ModelUpload(Path.of("export"), URI.create("hdfs:///models/fraud/7")).run();
 * }</pre>
 *
 * <p>Not thread-safe. Outside a Flink cluster, call {@code FileSystem.initialize} first for remote
 * file systems.
 */
public final class ModelUpload {
  private static final String WRITTEN_LAST = "saved_model.pb";

  /** Renamed when it is whole: half a saved_model.pb would pass for another version. */
  private static final String PART = WRITTEN_LAST + ".part";

  private final java.nio.file.Path local;
  private final URI version;
  private final ModelStore store;

  /**
   * @param local the version's directory
   * @param version where it goes
   * @throws IllegalArgumentException if that is no place for a model
   */
  public ModelUpload(java.nio.file.Path local, URI version) {
    this.local = local;
    this.version = version;
    this.store = FileSystemModelStore.of(List.of(local.toUri().toString(), version.toString()));
  }

  /**
   * Copies the files, and reads them back.
   *
   * @return false if the same files were there already
   * @throws IOException if there are others, or they cannot be written
   * @throws ModelException if they cannot be read
   */
  public boolean run() throws IOException, ModelException, InterruptedException {
    String digest = digest(local.toUri());
    Optional<String> there = digestThere();
    if (there.isEmpty()) {
      write();
    }
    String found = there.isPresent() ? there.get() : digest(version);
    if (!found.equals(digest)) {
      throw new IOException(
          "%s holds other files: expected %s, found %s; remove it or choose another place"
              .formatted(version, digest, found));
    }
    return there.isEmpty();
  }

  private String digest(URI directory) throws ModelException, InterruptedException {
    try (ModelFiles files = store.fetch(directory, null)) {
      return files.digest();
    }
  }

  private Optional<String> digestThere() throws ModelException, InterruptedException {
    try {
      return Optional.of(digest(version));
    } catch (ModelException e) {
      if (e.reason() == ModelReason.NOT_FOUND || e.reason() == ModelReason.INCOMPLETE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void write() throws IOException {
    var target = new Path(version);
    FileSystem fileSystem = target.getFileSystem();
    List<String> files = files();
    if (fileSystem.exists(target)) {
      refuseOthers(fileSystem, target, "", files);
    }
    for (String file : files) {
      boolean last = file.equals(WRITTEN_LAST);
      var written = new Path(target, last ? PART : file);
      fileSystem.mkdirs(written.getParent());
      try (InputStream in = Files.newInputStream(local.resolve(file));
          OutputStream out = fileSystem.create(written, FileSystem.WriteMode.OVERWRITE)) {
        in.transferTo(out);
      }
      if (last && !fileSystem.rename(written, new Path(target, file))) {
        throw new IOException("%s cannot be renamed to %s".formatted(written, file));
      }
    }
  }

  /** What an upload left behind is known by its paths; anything else is somebody's own. */
  private void refuseOthers(FileSystem fileSystem, Path folder, String prefix, List<String> files)
      throws IOException {
    FileStatus @Nullable [] children = fileSystem.listStatus(folder);
    // Some file systems answer null for an empty folder.
    for (FileStatus child : children == null ? new FileStatus[0] : children) {
      String path = prefix + child.getPath().getName();
      if (child.isDir()) {
        refuseOthers(fileSystem, child.getPath(), path + "/", files);
      } else if (!files.contains(path) && !isLeftBehind(path)) {
        throw new IOException(
            "%s is no version that an upload left half done: it holds %s; expected only %s; remove it or choose another place"
                .formatted(version, path, files));
      }
    }
  }

  private static boolean isLeftBehind(String path) {
    return path.equals(PART) || path.equals(Manifest.PART_FILE_NAME);
  }

  private List<String> files() throws IOException {
    try (Stream<java.nio.file.Path> paths = Files.walk(local)) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> local.relativize(path).toString())
          .sorted(Comparator.comparing(WRITTEN_LAST::equals))
          .toList();
    }
  }
}
