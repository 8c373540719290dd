package io.millrace.tensorflow;

import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelMemory;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.proto.SavedModel;

/**
 * Where TensorFlow reads a model's files: their directory, or, for files in memory, a folder of
 * their own in TensorFlow's file system {@code ram://}, out of which they are deleted again. The
 * caller closes it, behind the model. Thread-safe.
 */
final class ReadPath implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadPath.class);
  private static final String ASSETS = "assets/";
  private static final int BUFFER_BYTES = 1 << 20;

  /** Apart from what the classes of another job write in the same process. */
  private static final String ROOT = "ram://millrace-" + UUID.randomUUID();

  /** Folders in use: TensorFlow never forgets the name of one that it loaded from. */
  private static final BitSet TAKEN = new BitSet();

  private final String name;
  private final String location;

  /** The number of a folder in memory; -1 for one on a disk. */
  private final int number;

  /** What was written to memory and not deleted yet. */
  private final List<String> written = new ArrayList<>();

  private boolean unused;
  private boolean closed;

  private ReadPath(String name, String location, int number) {
    this.name = name;
    this.location = location;
    this.number = number;
  }

  private static ReadPath inMemory(String name) {
    synchronized (TAKEN) {
      int number = TAKEN.nextClearBit(0);
      TAKEN.set(number);
      return new ReadPath(name, ROOT + "/" + number, number);
    }
  }

  /**
   * Moves files in memory to where TensorFlow reads them: the graph, the variables and the assets.
   *
   * @param model what was read, and checked, of the files
   * @throws ModelException LOAD_FAILED if that cannot be done
   */
  static ReadPath of(ModelContent content, SavedModel model) throws ModelException {
    if (content instanceof ModelContent.Folder folder) {
      return new ReadPath(content.name(), folder.directory().toAbsolutePath().toString(), -1);
    }
    ReadPath path = inMemory(content.name());
    boolean complete = false;
    try {
      path.take((ModelMemory) content, model);
      complete = true;
      return path;
    } catch (IOException e) {
      throw new ModelException(
          ModelReason.LOAD_FAILED,
          "TensorFlow cannot take over " + content.name() + ": " + e.getMessage(),
          e);
    } finally {
      if (!complete) {
        path.release();
        path.close();
      }
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
      if (path.startsWith(ASSETS)) {
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
    delete(written.stream().filter(path -> !path.startsWith(ASSETS)).toList());
  }

  private void delete(List<String> paths) {
    for (String path : paths) {
      try {
        NativeFiles.get().delete(of(path));
        written.remove(path);
      } catch (IOException e) {
        LOG.warn("The memory of a model's file is lost: {}", e.getMessage());
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

  /** Deletes what is left in memory. Idempotent. */
  @Override
  public synchronized void close() {
    delete(List.copyOf(written));
    // What is written to an existing file goes to its end: where one is left, the name is lost.
    if (!closed && unused && number >= 0 && written.isEmpty()) {
      synchronized (TAKEN) {
        TAKEN.clear(number);
      }
    }
    closed = true;
  }
}
