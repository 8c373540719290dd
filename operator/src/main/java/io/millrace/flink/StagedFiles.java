package io.millrace.flink;

import io.millrace.model.ModelMemory;
import io.millrace.model.ModelMemory.Block;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.jspecify.annotations.Nullable;

/**
 * Files that are written to native memory, which is given back without waiting for the garbage
 * collector. Whoever makes it closes it, which frees what {@link #take} has not handed on. Not
 * thread-safe.
 */
final class StagedFiles implements AutoCloseable {
  /**
   * From 32 MiB on, glibc maps each block by itself, whatever was freed before: what is freed goes
   * back to the system at once.
   */
  private static final int MOST_BLOCK_BYTES = 64 << 20;

  private static final int LEAST_BLOCK_BYTES = 1 << 16;
  private static final Function<ByteBuffer, ByteBuffer> WHOLE = ByteBuffer::duplicate;

  private final Map<String, List<Block>> files = new TreeMap<>();
  private long bytes;

  /**
   * Begins a file.
   *
   * @param path one that was not used before
   * @param size that it will have; a guess does no harm
   */
  OutputStream create(String path, long size) {
    List<Block> blocks = new ArrayList<>();
    files.put(path, blocks);
    return new BlockWriter(blocks, size);
  }

  Set<String> paths() {
    return Collections.unmodifiableSet(files.keySet());
  }

  /** Makes a folder the whole: every path begins with it, and is shorter by it from here on. */
  void enter(String folder) {
    Map<String, List<Block>> inside = new TreeMap<>();
    files.forEach((path, blocks) -> inside.put(path.substring(folder.length()), blocks));
    files.clear();
    files.putAll(inside);
  }

  /** The size of all that was written. */
  long bytes() {
    return bytes;
  }

  /**
   * Hands everything on.
   *
   * @param name as messages name the version
   */
  ModelMemory take(String name) {
    ModelMemory memory = new ModelMemory(name, files);
    files.clear();
    return memory;
  }

  @Override
  public void close() {
    files.values().forEach(blocks -> blocks.forEach(Block::free));
    files.clear();
  }

  private final class BlockWriter extends OutputStream {
    private final List<Block> blocks;
    private long left;

    /** The last block beyond the size that was said: each is twice as large as the one before. */
    private long beyond = LEAST_BLOCK_BYTES / 2;

    private @Nullable MemorySegment current;
    private int written;

    BlockWriter(List<Block> blocks, long size) {
      this.blocks = blocks;
      this.left = size;
    }

    @Override
    public void write(int value) {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      int done = 0;
      while (done < length) {
        MemorySegment segment = segment();
        int part = Math.min(length - done, segment.size() - written);
        segment.put(written, source, offset + done, part);
        written += part;
        done += part;
        left -= part;
        // It shows what was written and no more.
        blocks.set(blocks.size() - 1, block(segment));
      }
      bytes += length;
    }

    private MemorySegment segment() {
      MemorySegment segment = current;
      if (segment == null || written == segment.size()) {
        long wanted = Math.max(LEAST_BLOCK_BYTES, Math.min(MOST_BLOCK_BYTES, wanted()));
        segment = MemorySegmentFactory.allocateOffHeapUnsafeMemory(Math.toIntExact(wanted));
        current = segment;
        written = 0;
        blocks.add(block(segment));
      }
      return segment;
    }

    private long wanted() {
      if (left > 0) {
        return left;
      }
      beyond = Math.min(MOST_BLOCK_BYTES, 2 * beyond);
      return beyond;
    }

    private Block block(MemorySegment segment) {
      ByteBuffer whole = Objects.requireNonNull(segment.processAsByteBuffer(WHOLE));
      return new Block(whole.limit(written), segment::free);
    }
  }
}
