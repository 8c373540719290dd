package io.millrace.tensorflow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.internal.c_api.AbstractTF_Tensor;
import org.tensorflow.internal.c_api.Deallocator_Pointer_long_Pointer;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * A zeroed block of native memory and tensors over parts of it. It comes from TensorFlow's own
 * allocator, which aligns it as its kernels want it: a tensor over unaligned memory would be a
 * copy.
 */
final class NativeMemory implements AutoCloseable {

  /**
   * What frees nothing when a tensor is deleted: the block outlives the tensors over it. It is
   * TensorFlow Java's own, one for the process. JavaCPP has native code for ten callbacks of a
   * kind, whoever makes them; were there one in each job's class loader, the eleventh job would
   * call address 0 and with it end the TaskManager.
   */
  private abstract static class NoDeallocation extends AbstractTF_Tensor {
    static final Deallocator_Pointer_long_Pointer OF_TENSORFLOW = dummyDeallocator;

    private NoDeallocation() {
      super(null);
    }
  }

  private final TF_Tensor block;
  private final BytePointer start;
  private final int bytes;
  private boolean closed;

  /**
   * @param bytes the size; at most 2 GiB, which is what a ByteBuffer can show
   */
  NativeMemory(int bytes) {
    this.bytes = bytes;
    // One byte at least: an empty tensor has no address.
    long size = Math.max(bytes, 1);
    block = tensorflow.TF_AllocateTensor(tensorflow.TF_UINT8, new long[] {size}, 1, size);
    start = new BytePointer(tensorflow.TF_TensorData(block)).capacity(size);
    Pointer.memset(start, 0, size);
  }

  int bytes() {
    return bytes;
  }

  /** The first byte; valid until {@link #close}. */
  Pointer start() {
    return start;
  }

  /** A view of the whole block in the order of its native numbers; invalid after close. */
  ByteBuffer buffer() {
    ByteBuffer buffer = start.asByteBuffer().order(ByteOrder.nativeOrder());
    return buffer.limit(bytes).slice().order(ByteOrder.nativeOrder());
  }

  /**
   * A tensor that shows this memory from {@code offset} on. The caller deletes it, before the
   * memory.
   */
  TF_Tensor tensor(int type, long[] dimensions, long offset, long length) {
    return tensorflow.TF_NewTensor(
        type,
        dimensions,
        dimensions.length,
        start.getPointer(offset),
        length,
        NoDeallocation.OF_TENSORFLOW,
        null);
  }

  /** A tensor with a copy of this memory from {@code offset} on. The caller deletes it. */
  TF_Tensor copy(int type, long[] dimensions, long offset, long length) {
    TF_Tensor tensor = tensorflow.TF_AllocateTensor(type, dimensions, dimensions.length, length);
    if (length > 0) {
      Pointer.memcpy(tensorflow.TF_TensorData(tensor), start.getPointer(offset), length);
    }
    return tensor;
  }

  /** Copies {@code length} bytes from {@code offset} on to the start of another block. */
  void copyTo(NativeMemory target, long offset, long length) {
    if (length > 0) {
      Pointer.memcpy(target.start, start.getPointer(offset), length);
    }
  }

  /** Writes what lies between {@code offset} and {@code end} so many times more behind it. */
  void repeat(long offset, long end, int times) {
    long wanted = (end - offset) * (times + 1L);
    // What is there already is copied as a whole, so that many rows take few copies.
    for (long filled = end - offset; filled < wanted; ) {
      long length = Math.min(filled, wanted - filled);
      Pointer.memcpy(start.getPointer(offset + filled), start.getPointer(offset), length);
      filled += length;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      tensorflow.TF_DeleteTensor(block);
    }
  }
}
