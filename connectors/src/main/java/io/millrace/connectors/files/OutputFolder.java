package io.millrace.connectors.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableWriter;

/**
 * A folder that shows all at once. Files are written below {@code _<name>.part} beside it, in a
 * folder of this run; when all are there, that is renamed, and {@value #SUCCESS} is written last,
 * which on stores that rename object by object is what says that the folder is whole. What a run
 * leaves behind that was killed, the next one clears away.
 */
public final class OutputFolder implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Written last, with what the run amounted to. */
  public static final String SUCCESS = "_SUCCESS";

  private static final String REPLACED = "replaced-";

  private final Path target;
  private final Path part;
  private final Path staged;
  private final boolean overwrite;

  private OutputFolder(Path target, boolean overwrite) {
    this.target = target;
    this.part = new Path(target.getParent(), "_" + target.getName() + ".part");
    this.staged = new Path(part, UUID.randomUUID().toString());
    this.overwrite = overwrite;
  }

  /**
   * A folder for one run.
   *
   * @param overwrite whether an output that is there is replaced, once this one is whole
   * @throws IOException if something is there that must not be replaced, or its place cannot be
   *     read
   */
  public static OutputFolder prepare(Path target, boolean overwrite) throws IOException {
    if (target.getParent() == null || target.getName().isEmpty()) {
      throw new IOException(target + ": expected a folder below another one");
    }
    OutputFolder folder = new OutputFolder(target, overwrite);
    FileSystem files = target.getFileSystem();
    if (files.exists(target)) {
      folder.clearPlace(files);
    } else if (files.exists(folder.part)) {
      folder.giveBack(files);
    }
    files.delete(folder.part, true);
    return folder;
  }

  // A run that is killed between the two renames of a replacement leaves nothing that shows.
  private void giveBack(FileSystem files) throws IOException {
    for (FileStatus status : files.listStatus(part)) {
      if (status.getPath().getName().startsWith(REPLACED)) {
        rename(files, status.getPath(), target);
        clearPlace(files);
        return;
      }
    }
  }

  private void clearPlace(FileSystem files) throws IOException {
    boolean folder = files.getFileStatus(target).isDir();
    if (folder && isOutput(files)) {
      if (!overwrite) {
        throw new IOException(
            target + " exists: expected a new folder for the output, or output.overwrite");
      }
    } else if (folder && files.exists(committing())) {
      // Half of an output, which a run leaves that is killed while it commits.
      files.delete(target, true);
    } else if (!folder || files.listStatus(target).length > 0) {
      throw new IOException(
          target + " exists and is no output of a replay: expected a new folder for the output");
    }
  }

  // Other programs write an empty file of that name.
  private boolean isOutput(FileSystem files) throws IOException {
    Path success = new Path(target, SUCCESS);
    if (!files.exists(success)) {
      return false;
    }
    try (InputStream in = files.open(success)) {
      RunSummary.parse(in.readAllBytes());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Is there from when all files are whole until they all show. */
  private Path committing() {
    return new Path(part, "committing");
  }

  /** Where a file of this name is written. */
  Path staged(String name) {
    return new Path(staged, name);
  }

  /**
   * Makes the files show, and nothing else. May be done again after it was interrupted.
   *
   * @throws IOException if the folder has come to be meanwhile, or the file system fails
   */
  void commit(List<WrittenFile> written) throws IOException {
    FileSystem files = target.getFileSystem();
    List<WrittenFile> sorted = new ArrayList<>(written);
    sorted.sort(Comparator.comparing(WrittenFile::name));
    if (!files.exists(part) && files.exists(new Path(target, SUCCESS))) {
      // Done already, if these are its files.
      requireWhole(files, sorted);
      return;
    }
    boolean resumed = files.exists(committing());
    if (!resumed) {
      requireFree(files);
      stage(files, sorted);
      write(files, committing(), new byte[0]);
    }
    show(files);
    requireWhole(files, sorted);
    write(files, new Path(target, SUCCESS), RunSummary.of(sorted).toJson());
    files.delete(part, true);
  }

  private void stage(FileSystem files, List<WrittenFile> written) throws IOException {
    files.mkdirs(staged);
    RecoverableWriter writer = files.createRecoverableWriter();
    Set<String> names = new HashSet<>();
    for (WrittenFile file : written) {
      if (!names.add(staged(file.name()).toUri().getPath())) {
        throw new IllegalStateException("two files " + file.name());
      }
      writer
          .recoverForCommit(
              writer
                  .getCommitRecoverableSerializer()
                  .deserialize(file.recoverableFormat(), file.recoverable()))
          .commitAfterRecovery();
    }
    deleteOthers(files, staged, names);
  }

  // What attempts left behind that failed.
  private static void deleteOthers(FileSystem files, Path folder, Set<String> names)
      throws IOException {
    for (FileStatus status : files.listStatus(folder)) {
      Path path = status.getPath();
      if (status.isDir()) {
        deleteOthers(files, path, names);
      } else if (!names.contains(path.toUri().getPath())) {
        files.delete(path, false);
      }
    }
  }

  // Before it is said that the commit has begun: whoever resumes it takes what is there for its
  // own.
  private void requireFree(FileSystem files) throws IOException {
    boolean replaceable = !files.exists(target) || (overwrite && isOutput(files));
    if (!replaceable && files.listStatus(target).length > 0) {
      throw new IOException(target + " has come to be while this run wrote: expected a new folder");
    }
  }

  private void show(FileSystem files) throws IOException {
    if (!files.exists(staged)) {
      return;
    }
    if (files.exists(target)) {
      rename(files, target, new Path(part, REPLACED + UUID.randomUUID()));
    }
    rename(files, staged, target);
  }

  // On a store that renames object by object, an interruption may have left some behind.
  private void requireWhole(FileSystem files, List<WrittenFile> written) throws IOException {
    for (WrittenFile file : written) {
      Path path = new Path(target, file.name());
      long bytes = files.exists(path) ? files.getFileStatus(path).getLen() : -1;
      if (bytes != file.bytes()) {
        throw new IOException(
            "%s %s: expected the %d bytes that this run wrote; is another one writing there?"
                .formatted(path, bytes < 0 ? "is missing" : "has " + bytes, file.bytes()));
      }
    }
  }

  private static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException("renaming " + from + " to " + to + " failed");
    }
  }

  private static void write(FileSystem files, Path path, byte[] content) throws IOException {
    try (OutputStream out = files.create(path, WriteMode.OVERWRITE)) {
      out.write(content);
    }
  }

  /**
   * What the run amounted to.
   *
   * @throws IOException if the folder is not whole
   */
  public static RunSummary summary(Path target) throws IOException {
    Path success = new Path(target, SUCCESS);
    try (InputStream in = success.getFileSystem().open(success)) {
      return RunSummary.parse(in.readAllBytes());
    } catch (FileNotFoundException e) {
      throw new IOException(target + " has no " + SUCCESS + ": it is not whole", e);
    }
  }

  @Override
  public String toString() {
    return target.toString();
  }
}
