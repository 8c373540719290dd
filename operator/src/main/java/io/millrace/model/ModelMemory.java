package io.millrace.model;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A version's files in memory, each as one block or several.
 *
 * <p>A block may belong to this object, which then gives its memory back: when an engine has taken
 * it over by {@link #move}, or at {@link #close}. So a model is never in memory once more than it
 * has to be, and such files are loaded once. Blocks of the caller's own stay as they are.
 *
 * <p>Thread-safe.
 */
public final class ModelMemory implements ModelContent, AutoCloseable {

  /**
   * A part of a file, from the buffer's position to its limit.
   *
   * @param release gives the memory back, called once; null for memory of somebody else
   */
  public record Block(ByteBuffer bytes, @Nullable Runnable release) {
    public Block {
      bytes = bytes.slice();
    }

    /** Gives the memory back, if it is its own. */
    public void free() {
      if (release != null) {
        release.run();
      }
    }
  }

  /** Takes over the parts of a file, in their order. */
  @FunctionalInterface
  public interface Taker {
    void take(ByteBuffer bytes) throws IOException;
  }

  private static final class Stored {
    final Deque<Block> blocks;
    final long size;

    Stored(List<Block> blocks) {
      this.blocks = new ArrayDeque<>(blocks);
      this.size = blocks.stream().mapToLong(block -> block.bytes().remaining()).sum();
    }

    boolean isOwned() {
      return blocks.stream().anyMatch(block -> block.release() != null);
    }

    void release() {
      for (Block block = blocks.poll(); block != null; block = blocks.poll()) {
        block.free();
      }
    }
  }

  private final String name;
  private final SortedMap<String, Stored> files = new TreeMap<>();

  /**
   * Takes over the blocks.
   *
   * @param name as messages name the version
   * @param files blocks by path, relative to the version's directory
   */
  public ModelMemory(String name, Map<String, List<Block>> files) {
    this.name = Objects.requireNonNull(name, "name");
    files.forEach((path, blocks) -> this.files.put(path, new Stored(blocks)));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized List<String> paths() {
    return List.copyOf(files.keySet());
  }

  /** The size of all files that are here. */
  public synchronized long bytes() {
    return files.values().stream().mapToLong(file -> file.size).sum();
  }

  @Override
  public synchronized boolean contains(String path) {
    return files.containsKey(path);
  }

  @Override
  public synchronized long size(String path) throws IOException {
    return stored(path).size;
  }

  @Override
  public synchronized InputStream open(String path) throws IOException {
    return new BlockStream(path, stored(path));
  }

  /**
   * Hands a file over, block by block. A block of its own is let go of as soon as it is taken, and
   * the file is not here any more then, whether all went well or not.
   *
   * @throws IOException if there is no such file, or from the taker
   */
  public synchronized void move(String path, Taker taker) throws IOException {
    Stored file = stored(path);
    if (!file.isOwned()) {
      for (Block block : file.blocks) {
        taker.take(block.bytes().duplicate());
      }
      return;
    }
    files.remove(path);
    try {
      while (!file.blocks.isEmpty()) {
        taker.take(file.blocks.element().bytes().duplicate());
        file.blocks.remove().free();
      }
    } finally {
      file.release();
    }
  }

  private Stored stored(String path) throws IOException {
    Stored file = files.get(path);
    if (file == null) {
      throw new FileNotFoundException(name(path) + " is not in memory");
    }
    return file;
  }

  /** Gives the memory of its own blocks back. Idempotent. */
  @Override
  public synchronized void close() {
    files.values().forEach(Stored::release);
    files.clear();
  }

  private final class BlockStream extends InputStream {
    private final String path;
    private final Stored file;
    private final Deque<ByteBuffer> left = new ArrayDeque<>();

    BlockStream(String path, Stored file) {
      this.path = path;
      this.file = file;
      file.blocks.forEach(block -> left.add(block.bytes().duplicate()));
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      synchronized (ModelMemory.this) {
        // Its memory is somebody else's by now.
        if (files.get(path) != file) {
          throw new FileNotFoundException(name(path) + " is not in memory any more");
        }
        while (!left.isEmpty() && !left.element().hasRemaining()) {
          left.remove();
        }
        if (length == 0 || left.isEmpty()) {
          return length == 0 ? 0 : -1;
        }
        int read = Math.min(length, left.element().remaining());
        left.element().get(target, offset, read);
        return read;
      }
    }
  }
}
