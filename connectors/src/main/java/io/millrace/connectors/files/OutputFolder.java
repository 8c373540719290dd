package io.millrace.connectors.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * A folder that shows all at once. Files are written below {@code _<name>.part} beside it, in a
 * folder of this run; when all are there, that is renamed, and {@value #SUCCESS} is written last,
 * which on stores that rename object by object is what says that the folder is whole. Runs beside
 * each other do not touch each other's files until one is whole: it clears away what the others
 * have, whether they were killed or go on, and those fail when they commit.
 */
public final class OutputFolder implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Written last, with what the run amounted to. */
  public static final String SUCCESS = "_SUCCESS";

  private static final String REPLACED = "replaced";
  private static final String CLEARED = "cleared";

  private final Path target;
  private final Path part;
  private final Path run;
  private final boolean overwrite;

  private OutputFolder(Path target, boolean overwrite) {
    this.target = target;
    this.part = new Path(target.getParent(), "_" + target.getName() + ".part");
    this.run = new Path(part, UUID.randomUUID().toString());
    this.overwrite = overwrite;
  }

  /**
   * A folder for one run. Nothing is changed: the run that is built may never begin, and another
   * one may be writing.
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
    boolean exists = files.exists(target);
    boolean output = exists && found(files, target).isPresent();
    if (exists && !output && !folder.isFree(files)) {
      throw new IOException(
          target + " exists and is no output of a replay: expected a new folder for the output");
    }
    if (!overwrite && (output || folder.former(files).isPresent())) {
      throw new IOException(
          "%s exists%s: expected a new folder for the output, or output.overwrite"
              .formatted(
                  target,
                  output ? "" : ", set aside as " + folder.former(files).orElseThrow().getPath()));
    }
    return folder;
  }

  /**
   * Called where the run begins, by each that writes. A run that is killed between the two renames
   * of a replacement leaves nothing that shows: what it replaced shows again.
   */
  void begin() throws IOException {
    FileSystem files = target.getFileSystem();
    Optional<Path> former = files.exists(target) ? Optional.empty() : former(files);
    // Another subtask may do the same.
    if (former.isPresent() && !files.rename(former.get(), target) && !files.exists(target)) {
      throw new IOException("renaming " + former.get() + " to " + target + " failed");
    }
  }

  // The output that another run has been replacing.
  private Optional<Path> former(FileSystem files) throws IOException {
    return ofAnother(files, REPLACED);
  }

  private Optional<Path> ofAnother(FileSystem files, String name) throws IOException {
    if (files.exists(part)) {
      for (FileStatus status : files.listStatus(part)) {
        Path path = new Path(status.getPath(), name);
        if (!status.getPath().getName().equals(run.getName()) && files.exists(path)) {
          return Optional.of(path);
        }
      }
    }
    return Optional.empty();
  }

  /** Checks, in the middle of the commit, that what shows may be replaced. */
  void requireFree(FileSystem files) throws IOException {
    boolean replaceable = overwrite && found(files, target).isPresent();
    if (!replaceable && !isFree(files)) {
      throw new IOException(target + " has come to be while this run wrote: expected a new folder");
    }
  }

  // Empty, or half of an output, which a run leaves that is killed while it commits.
  private boolean isFree(FileSystem files) throws IOException {
    return files.getFileStatus(target).isDir()
        && (files.listStatus(target).length == 0
            || (found(files, target).isEmpty() && ofAnother(files, CLEARED).isPresent()));
  }

  /** What the output amounts to that shows there, if one does: others write that name as well. */
  static Optional<RunSummary> found(FileSystem files, Path target) throws IOException {
    Path success = new Path(target, SUCCESS);
    if (!files.exists(success)) {
      return Optional.empty();
    }
    try (InputStream in = files.open(success)) {
      return RunSummary.parsed(in.readAllBytes());
    }
  }

  Path target() {
    return target;
  }

  /** Where all runs write that do not show yet. */
  Path part() {
    return part;
  }

  /** Where this run's files are until they show. */
  Path staged() {
    return new Path(run, "files");
  }

  /** Where a file of this name is written. */
  Path staged(String name) {
    return new Path(staged(), name);
  }

  /** Says that the files are being made to show, and which. */
  Path committing() {
    return new Path(run, "committing");
  }

  /** Where the output is that is replaced. */
  Path replaced() {
    return new Path(run, REPLACED);
  }

  /** Says that what is in the target is this run's. */
  Path cleared() {
    return new Path(run, CLEARED);
  }

  Path success() {
    return new Path(target, SUCCESS);
  }

  /**
   * Makes the files show, and nothing else. May be done again after it was interrupted, with the
   * same files or with those that the writers wrote when they ran again.
   *
   * @throws IOException if the folder has come to be meanwhile, or the file system fails
   */
  void commit(List<WrittenFile> written) throws IOException {
    new OutputCommit(target.getFileSystem(), this, written).run();
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
