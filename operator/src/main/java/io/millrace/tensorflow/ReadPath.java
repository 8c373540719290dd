package io.millrace.tensorflow;

import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelMemory;
import io.millrace.model.ModelReason;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.proto.SavedModel;

/**
 * Where TensorFlow reads a model's files: their directory; for files in memory, a folder of their
 * own in TensorFlow's file system {@code ram://}, out of which they are deleted again; a temporary
 * folder of links, for a graph in a file of text, with the graph as it was read here, for
 * TensorFlow might read the text otherwise (its comments end elsewhere), and beside notes that are
 * large, without those. The caller closes it, behind the model. Thread-safe.
 */
final class ReadPath implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadPath.class);
  private static final String ASSETS = "assets";
  private static final String VARIABLES = "variables";
  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * What TensorFlow reads for information alone, does without, and counts the objects of by no
   * limit: 64 MB became 2.5 GB.
   */
  private static final List<String> NOTES =
      List.of("debug/saved_model_debug_info.pb", "fingerprint.pb");

  private static final int MOST_NOTE_BYTES = 1 << 16;

  /** Apart from what the classes of another job write in the same process. */
  private static final String NAME = "millrace-" + UUID.randomUUID();

  private static final String ROOT = "ram://" + NAME;

  /** Of the temporary folders; there as long as one of them is. */
  private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"), NAME);

  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** Folders in use: TensorFlow never forgets the name of one that it loaded from. */
  private static final BitSet TAKEN = new BitSet();

  private final String name;
  private final String location;

  /** The number of a folder in memory or a temporary one; -1 for the model's own. */
  private final int number;

  /** Deleted in the end; null for all but a temporary folder. */
  private final @Nullable Path temporary;

  /** What was written, or linked to, and not deleted yet. */
  private final List<String> written = new ArrayList<>();

  private boolean unused;
  private boolean closed;

  private ReadPath(String name, String location, int number, @Nullable Path temporary) {
    this.name = name;
    this.location = location;
    this.number = number;
    this.temporary = temporary;
  }

  private static ReadPath inMemory(String name) {
    int number = take();
    return new ReadPath(name, ROOT + "/" + number, number, null);
  }

  private static int take() {
    synchronized (TAKEN) {
      int number = TAKEN.nextClearBit(0);
      TAKEN.set(number);
      return number;
    }
  }

  private static ReadPath onDisk(ModelContent.Folder folder) throws IOException {
    if (folder.contains(SavedModelFile.BINARY) && !hasLargeNotes(folder)) {
      return new ReadPath(folder.name(), folder.directory().toAbsolutePath().toString(), -1, null);
    }
    int number = take();
    Path temporary = TEMPORARY.resolve(Integer.toString(number));
    return new ReadPath(folder.name(), temporary.toString(), number, temporary);
  }

  private static boolean hasLargeNotes(ModelContent.Folder folder) throws IOException {
    for (String note : NOTES) {
      if (folder.contains(note) && folder.size(note) > MOST_NOTE_BYTES) {
        return true;
      }
    }
    return false;
  }

  /**
   * Puts files to where TensorFlow reads them: the graph, the variables and the assets. Those in
   * memory are moved.
   *
   * @param model what was read, and checked, of the files
   * @throws ModelException LOAD_FAILED if that cannot be done
   */
  static ReadPath of(ModelContent content, SavedModel model) throws ModelException {
    ReadPath path = null;
    try {
      if (content instanceof ModelContent.Folder folder) {
        path = onDisk(folder);
        path.link(folder, model);
      } else {
        path = inMemory(content.name());
        path.take((ModelMemory) content, model);
      }
      ReadPath complete = path;
      path = null;
      return complete;
    } catch (IOException e) {
      throw new ModelException(
          ModelReason.LOAD_FAILED,
          "TensorFlow cannot take over " + content.name() + ": " + e.getMessage(),
          e);
    } finally {
      if (path != null) {
        path.release();
        path.close();
      }
    }
  }

  private void link(ModelContent.Folder folder, SavedModel model) throws IOException {
    if (temporary == null) {
      return;
    }
    synchronized (TAKEN) {
      if (Files.notExists(TEMPORARY)) {
        Files.createDirectory(TEMPORARY, PRIVATE);
      }
      Files.createDirectory(temporary);
    }
    if (folder.contains(SavedModelFile.BINARY)) {
      link(folder, temporary, SavedModelFile.BINARY);
    } else {
      written.add(SavedModelFile.BINARY);
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(temporary.resolve(SavedModelFile.BINARY)))) {
        model.writeTo(out);
      }
    }
    link(folder, temporary, VARIABLES);
    link(folder, temporary, ASSETS);
  }

  private void link(ModelContent.Folder folder, Path from, String name) throws IOException {
    Path file = folder.directory().toAbsolutePath().resolve(name);
    if (Files.exists(file)) {
      Files.createSymbolicLink(from.resolve(name), file);
      written.add(name);
    }
  }

  /**
   * Nothing else: in {@code ram://} a name is said to be there as soon as a longer one is that
   * begins with it, and TensorFlow would look for variables where there are none. For the same
   * reason a text is written as a binary, its shorter name.
   */
  private void take(ModelMemory memory, SavedModel model) throws IOException, ModelException {
    if (memory.contains(SavedModelFile.BINARY)) {
      move(memory, SavedModelFile.BINARY);
    } else {
      byte[] binary = model.toByteArray();
      write(SavedModelFile.BINARY, writer -> append(writer, ByteBuffer.wrap(binary)));
    }
    VariablesIndex index = VariablesIndex.read(memory);
    if (index != null) {
      for (String path : index.paths()) {
        move(memory, path);
      }
    }
    for (String path : memory.paths()) {
      if (isAsset(path)) {
        move(memory, path);
      }
    }
  }

  private void move(ModelMemory memory, String path) throws IOException {
    write(path, writer -> memory.move(path, bytes -> append(writer, bytes)));
  }

  private interface Content {
    void writeTo(NativeFiles.Writer writer) throws IOException;
  }

  private void write(String path, Content content) throws IOException {
    String file = location + "/" + path;
    try (NativeFiles.Writer writer = NativeFiles.get().create(file)) {
      written.add(path);
      content.writeTo(writer);
    }
  }

  /** TensorFlow reads native memory: what is on the heap goes through a buffer. */
  private static void append(NativeFiles.Writer writer, ByteBuffer bytes) throws IOException {
    if (bytes.isDirect()) {
      writer.append(bytes);
      return;
    }
    try (NativeMemory memory = new NativeMemory(Math.min(bytes.remaining(), BUFFER_BYTES))) {
      while (bytes.hasRemaining()) {
        ByteBuffer buffer = memory.buffer();
        int length = Math.min(bytes.remaining(), buffer.remaining());
        buffer.put(bytes.slice().limit(length)).flip();
        bytes.position(bytes.position() + length);
        writer.append(buffer);
      }
    }
  }

  /** The version as messages name it. */
  String name() {
    return name;
  }

  /** The folder, as TensorFlow takes it. */
  String location() {
    return location;
  }

  /** A file of the model, as TensorFlow takes it. */
  String of(String path) {
    return location + "/" + path;
  }

  /** Forgets what only a load reads. Assets stay: an op may open one when it is run. */
  synchronized void keepAssets() {
    delete(written.stream().filter(path -> !isAsset(path)).toList());
  }

  private static boolean isAsset(String path) {
    return path.equals(ASSETS) || path.startsWith(ASSETS + "/");
  }

  private void delete(List<String> paths) {
    for (String path : paths) {
      try {
        if (temporary == null) {
          NativeFiles.get().delete(of(path));
        } else {
          Files.deleteIfExists(temporary.resolve(path));
        }
        written.remove(path);
      } catch (IOException e) {
        LOG.warn("A model's file is not deleted: {}", e.getMessage());
      }
    }
  }

  /**
   * Says that no session reads here any more: once it is closed, its name is another model's. One
   * that is never released stays taken, for a session that might be there still would read the
   * other model's files.
   */
  synchronized void release() {
    unused = true;
  }

  /** Deletes what is left. Idempotent. */
  @Override
  public synchronized void close() {
    delete(List.copyOf(written));
    boolean deleted =
        !closed && written.isEmpty() && (temporary == null || deleteFolder(temporary));
    // What is written to an existing file goes to its end: where one is left, the name is lost.
    if (unused && number >= 0 && deleted) {
      synchronized (TAKEN) {
        TAKEN.clear(number);
      }
    }
    closed = true;
  }

  private static boolean deleteFolder(Path folder) {
    synchronized (TAKEN) {
      try {
        Files.deleteIfExists(folder);
      } catch (IOException e) {
        LOG.warn("A model's folder is not deleted: {}", e.getMessage());
        return false;
      }
      try {
        Files.deleteIfExists(TEMPORARY);
      } catch (IOException e) {
        LOG.debug("There are others: {}", e.getMessage());
      }
      return true;
    }
  }
}
