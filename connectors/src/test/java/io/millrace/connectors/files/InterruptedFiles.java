package io.millrace.connectors.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import org.apache.flink.core.fs.BlockLocation;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.RecoverableWriter.CommitRecoverable;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Local files of a process that dies once it has changed something so many times. A folder is
 * deleted entry by entry and, as on S3, may be renamed file by file: copies first, then deletions.
 * As HDFS, it renames onto nothing that is there.
 */
final class InterruptedFiles extends FileSystem {
  private final FileSystem files = LocalFileSystem.getSharedInstance();
  private final boolean fileByFile;
  private int left;

  /** What the process dies of. */
  static final class Killed extends IOException {
    private static final long serialVersionUID = 1L;
  }

  InterruptedFiles(int changes, boolean fileByFile) {
    this.left = changes;
    this.fileByFile = fileByFile;
  }

  private void changed() throws Killed {
    left--;
    if (left <= 0) {
      throw new Killed();
    }
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    if (recursive && files.exists(path) && files.getFileStatus(path).isDir()) {
      for (FileStatus child : files.listStatus(path)) {
        delete(child.getPath(), true);
      }
    }
    boolean deleted = files.delete(path, false);
    changed();
    return deleted;
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    if (files.exists(to)) {
      return false;
    }
    if (fileByFile && files.getFileStatus(from).isDir()) {
      copy(from, to);
      delete(from, true);
      return true;
    }
    boolean renamed = files.rename(from, to);
    changed();
    return renamed;
  }

  private void copy(Path from, Path to) throws IOException {
    files.mkdirs(to);
    for (FileStatus child : files.listStatus(from)) {
      Path copied = new Path(to, child.getPath().getName());
      if (child.isDir()) {
        copy(child.getPath(), copied);
      } else {
        java.nio.file.Files.copy(
            java.nio.file.Path.of(child.getPath().getPath()),
            java.nio.file.Path.of(copied.getPath()));
        changed();
      }
    }
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    boolean made = files.mkdirs(path);
    changed();
    return made;
  }

  @Override
  public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
    FSDataOutputStream out = files.create(path, mode);
    try {
      changed();
    } catch (Killed e) {
      out.close();
      throw e;
    }
    return out;
  }

  @Override
  public RecoverableWriter createRecoverableWriter() throws IOException {
    return new Writer(files.createRecoverableWriter());
  }

  private final class Writer implements RecoverableWriter {
    private final RecoverableWriter writer;

    Writer(RecoverableWriter writer) {
      this.writer = writer;
    }

    @Override
    public RecoverableFsDataOutputStream.Committer recoverForCommit(CommitRecoverable file)
        throws IOException {
      RecoverableFsDataOutputStream.Committer committer = writer.recoverForCommit(file);
      return new RecoverableFsDataOutputStream.Committer() {
        @Override
        public void commit() throws IOException {
          throw new UnsupportedOperationException();
        }

        @Override
        public void commitAfterRecovery() throws IOException {
          committer.commitAfterRecovery();
          changed();
        }

        @Override
        public CommitRecoverable getRecoverable() {
          return committer.getRecoverable();
        }
      };
    }

    @Override
    public SimpleVersionedSerializer<CommitRecoverable> getCommitRecoverableSerializer() {
      return writer.getCommitRecoverableSerializer();
    }

    @Override
    public SimpleVersionedSerializer<ResumeRecoverable> getResumeRecoverableSerializer() {
      return writer.getResumeRecoverableSerializer();
    }

    @Override
    public RecoverableFsDataOutputStream open(Path path) throws IOException {
      return writer.open(path);
    }

    @Override
    public RecoverableFsDataOutputStream recover(ResumeRecoverable file) throws IOException {
      return writer.recover(file);
    }

    @Override
    public boolean requiresCleanupOfRecoverableState() {
      return writer.requiresCleanupOfRecoverableState();
    }

    @Override
    public boolean cleanupRecoverableState(ResumeRecoverable file) throws IOException {
      return writer.cleanupRecoverableState(file);
    }

    @Override
    public boolean supportsResume() {
      return writer.supportsResume();
    }
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    if (!files.exists(path)) {
      throw new FileNotFoundException(path.toString());
    }
    return files.listStatus(path);
  }

  @Override
  public Path getWorkingDirectory() {
    return files.getWorkingDirectory();
  }

  @Override
  public Path getHomeDirectory() {
    return files.getHomeDirectory();
  }

  @Override
  public URI getUri() {
    return files.getUri();
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return files.getFileStatus(path);
  }

  @Override
  public BlockLocation[] getFileBlockLocations(FileStatus file, long start, long length)
      throws IOException {
    return files.getFileBlockLocations(file, start, length);
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    return files.open(path, bufferSize);
  }

  @Override
  public FSDataInputStream open(Path path) throws IOException {
    return files.open(path);
  }

  @Override
  public boolean isDistributedFS() {
    return false;
  }
}
