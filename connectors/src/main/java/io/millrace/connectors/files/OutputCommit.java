package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.RecoverableWriter.CommitRecoverable;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Makes the files of a run show, and nothing else. What each step has done can be told from the
 * storage, so a commit that was interrupted anywhere is brought to its end by another one, be it of
 * the same files or of those that the writers wrote when they ran again. The steps:
 *
 * <ol>
 *   <li>{@code committing}, with the digest of the files, says that it has begun;
 *   <li>the files are staged under their names;
 *   <li>what is in the way is set aside, and {@code cleared} says that what is in the target from
 *       now on is this run's;
 *   <li>the staged folder becomes the target, in which {@code _SUCCESS} is written last;
 *   <li>what is left beside it is deleted.
 * </ol>
 *
 * A store may rename a folder object by object; what of it has been moved is not moved again.
 */
final class OutputCommit {
  private final FileSystem files;
  private final OutputFolder folder;
  private final Path target;
  private final List<WrittenFile> written;
  private final RunSummary summary;

  OutputCommit(FileSystem files, OutputFolder folder, List<WrittenFile> written) {
    this.files = files;
    this.folder = folder;
    this.target = folder.target();
    this.written = written.stream().sorted(Comparator.comparing(WrittenFile::name)).toList();
    this.summary = RunSummary.of(this.written);
    for (int i = 1; i < this.written.size(); i++) {
      String name = this.written.get(i).name();
      if (name.equals(this.written.get(i - 1).name())) {
        throw new IllegalStateException("two files " + name);
      }
    }
  }

  void run() throws IOException {
    if (!isDone()) {
      begin();
      boolean whole = stage();
      clearPlace();
      show(whole);
      requireWhole();
      write(folder.success(), summary.toJson());
    }
    files.delete(folder.part(), true);
  }

  private boolean isDone() throws IOException {
    boolean shown =
        OutputFolder.found(files, target)
            .filter(found -> found.digest().equals(summary.digest()))
            .isPresent();
    for (int i = 0; shown && i < written.size(); i++) {
      shown = isThere(target, written.get(i));
    }
    return shown;
  }

  private boolean isThere(Path parent, WrittenFile file) throws IOException {
    return size(new Path(parent, file.name())) == file.bytes();
  }

  private long size(Path path) throws IOException {
    return files.exists(path) ? files.getFileStatus(path).getLen() : -1;
  }

  private void begin() throws IOException {
    String begun = begun();
    if (!begun.equals(summary.digest())) {
      annul(begun);
      write(folder.committing(), summary.digest().getBytes(US_ASCII));
    }
  }

  // The digest of the files whose commit has begun.
  private String begun() throws IOException {
    if (!files.exists(folder.committing())) {
      return "";
    }
    try (InputStream in = files.open(folder.committing())) {
      return new String(in.readAllBytes(), US_ASCII);
    }
  }

  // What an attempt has brought forward whose files the writers have replaced since.
  private void annul(String begun) throws IOException {
    if (files.exists(folder.cleared())) {
      requireNoOther(begun);
      files.delete(target, true);
    }
    for (WrittenFile file : written) {
      Path path = folder.staged(file.name());
      if (files.exists(path)) {
        files.delete(path, false);
      }
    }
  }

  /** Gives whether all files are staged, so none in the target yet. */
  private boolean stage() throws IOException {
    files.mkdirs(folder.staged());
    boolean cleared = files.exists(folder.cleared());
    RecoverableWriter writer = files.createRecoverableWriter();
    boolean whole = true;
    for (WrittenFile file : written) {
      if (cleared && isThere(target, file) && !files.exists(folder.staged(file.name()))) {
        whole = false;
      } else if (!isThere(folder.staged(), file)) {
        stage(writer, file);
      }
    }
    Set<String> names = new HashSet<>();
    written.forEach(file -> names.add(folder.staged(file.name()).toUri().getPath()));
    deleteOthers(folder.staged(), names);
    return whole;
  }

  private void stage(RecoverableWriter writer, WrittenFile file) throws IOException {
    SimpleVersionedSerializer<CommitRecoverable> form = writer.getCommitRecoverableSerializer();
    writer
        .recoverForCommit(
            SimpleVersionedSerialization.readVersionAndDeSerialize(form, file.recoverable()))
        .commitAfterRecovery();
    long bytes = size(folder.staged(file.name()));
    if (bytes != file.bytes()) {
      throw new IOException(
          "%s %s: expected the %d bytes that this run wrote; has another one committed to %s meanwhile?"
              .formatted(file.name(), shown(bytes), file.bytes(), target));
    }
  }

  // What attempts left behind that failed.
  private void deleteOthers(Path parent, Set<String> names) throws IOException {
    for (FileStatus status : files.listStatus(parent)) {
      Path path = status.getPath();
      if (status.isDir()) {
        deleteOthers(path, names);
      } else if (!names.contains(path.toUri().getPath())) {
        files.delete(path, false);
      }
    }
  }

  private void clearPlace() throws IOException {
    if (files.exists(folder.cleared())) {
      return;
    }
    if (files.exists(target)) {
      if (files.exists(folder.replaced())) {
        moveFiles(target, folder.replaced());
        files.delete(target, true);
      } else {
        folder.requireFree(files);
        rename(target, folder.replaced());
      }
    }
    write(folder.cleared(), new byte[0]);
  }

  private void show(boolean whole) throws IOException {
    requireNoOther(summary.digest());
    if (whole) {
      if (!files.exists(folder.staged())) {
        throw new IOException(
            folder.staged()
                + " is missing: has another run committed to "
                + target
                + " meanwhile?");
      }
      if (files.exists(target)) {
        files.delete(target, true);
      }
      rename(folder.staged(), target);
    } else {
      moveFiles(folder.staged(), target);
    }
  }

  /** Checks that no run's output shows which has come to be since this run cleared its place. */
  private void requireNoOther(String digest) throws IOException {
    Optional<RunSummary> found = OutputFolder.found(files, target);
    if (found.isPresent() && !found.get().digest().equals(digest)) {
      throw new IOException(
          target + " is the whole output of another run, which committed while this one did");
    }
  }

  private void moveFiles(Path from, Path to) throws IOException {
    files.mkdirs(to);
    for (FileStatus status : files.listStatus(from)) {
      Path moved = new Path(to, status.getPath().getName());
      if (status.isDir()) {
        moveFiles(status.getPath(), moved);
      } else {
        if (files.exists(moved)) {
          files.delete(moved, false);
        }
        rename(status.getPath(), moved);
      }
    }
  }

  private void requireWhole() throws IOException {
    for (WrittenFile file : written) {
      Path path = new Path(target, file.name());
      long bytes = size(path);
      if (bytes != file.bytes()) {
        throw new IOException(
            "%s %s: expected the %d bytes that this run wrote; is another one writing there?"
                .formatted(path, shown(bytes), file.bytes()));
      }
    }
  }

  private static String shown(long bytes) {
    return bytes < 0 ? "is missing" : "has " + bytes;
  }

  private void rename(Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException("renaming " + from + " to " + to + " failed");
    }
  }

  private void write(Path path, byte[] content) throws IOException {
    try (OutputStream out = files.create(path, WriteMode.OVERWRITE)) {
      out.write(content);
    }
  }
}
