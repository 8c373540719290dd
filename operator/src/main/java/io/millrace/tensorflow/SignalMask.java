package io.millrace.tensorflow;

import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.Deallocator_Pointer_long_Pointer;

/**
 * Keeps signals from a thread while it is in TensorFlow, and so from the threads that TensorFlow
 * starts then, which inherit it.
 *
 * <p>In oneDNN's products of float matrices the stack pointer may point into a buffer on the heap.
 * What a signal puts below it lands on whatever lies there, and the process ends at some later
 * {@code free}, or goes on with wrong numbers (oneDNN issue 4845, mended after TensorFlow 2.18).
 * Profilers send signals all the time, that of Flink's web UI among them.
 *
 * <p>A signal that comes meanwhile is delivered at the end. Each owner has its own, whose calls are
 * made by one thread at a time; {@link #close} frees its native memory.
 *
 * <pre>{@code
 * mask.begin();
 * try {
 *   tensorflow.TF_SessionRun(...);
 * } finally {
 *   mask.end();
 * }
 * }</pre>
 */
final class SignalMask implements AutoCloseable {
  private static final int SIG_BLOCK = 0;
  private static final int SIG_SETMASK = 2;

  /** A {@code sigset_t}: a bit for each signal, that of number 1 first. */
  private static final int SET_BYTES = 128;

  /**
   * ILL, TRAP, ABRT, BUS, FPE, SEGV and SYS: an instruction causes them, and the JVM is to hear of
   * it.
   */
  private static final int[] NEVER_MASKED = {4, 5, 6, 7, 8, 11, 31};

  private static final Sigmask SIGMASK = new Sigmask();
  private static final BytePointer MASKED = kept(new BytePointer(masked()));

  private final BytePointer before = new BytePointer(SET_BYTES);
  private boolean begun;

  /** Not freed with the scope that may be open where this class is first used. */
  private static <P extends Pointer> P kept(P pointer) {
    pointer.retainReference();
    return pointer;
  }

  private static byte[] masked() {
    byte[] set = new byte[SET_BYTES];
    Arrays.fill(set, (byte) 0xff);
    for (int signal : NEVER_MASKED) {
      int bit = signal - 1;
      set[bit / Byte.SIZE] &= (byte) ~(1 << bit % Byte.SIZE);
    }
    return set;
  }

  /**
   * {@code int pthread_sigmask(int how, const sigset_t *set, sigset_t *before)}, which no Java
   * binding here has. JavaCPP calls it as it calls TensorFlow's {@code void (*)(void *, size_t,
   * void *)}: on linux-x86_64, where alone this runs, the three arguments are in the same
   * registers, and the result, an error for a wrong {@code how} only, is left in one.
   */
  private static final class Sigmask {
    // What a function pointer of JavaCPP's points to: the function, and the Java object behind it.
    private final PointerPointer<Pointer> target = kept(new PointerPointer<>(2));
    private final Deallocator_Pointer_long_Pointer function;

    Sigmask() {
      Loader.load(Deallocator_Pointer_long_Pointer.class);
      target.put(0, Loader.addressof("pthread_sigmask"));
      target.put(1, (Pointer) null);
      function = new Deallocator_Pointer_long_Pointer(target);
    }

    void call(Pointer how, BytePointer set, @Nullable BytePointer before) {
      function.call(how, set.address(), before);
    }

    static Pointer how(int value) {
      return new BytePointer((Pointer) null).getPointer(value);
    }
  }

  private static final Pointer BLOCK = Sigmask.how(SIG_BLOCK);
  private static final Pointer RESTORE = Sigmask.how(SIG_SETMASK);

  /** For one call: signals wait until it is closed. */
  static SignalMask begun() {
    SignalMask mask = new SignalMask();
    mask.begin();
    return mask;
  }

  /** Signals wait from now on. */
  void begin() {
    SIGMASK.call(BLOCK, MASKED, before);
    begun = true;
  }

  /** As it was before; what waited is delivered. */
  void end() {
    begun = false;
    SIGMASK.call(RESTORE, before, null);
  }

  @Override
  public void close() {
    if (begun) {
      end();
    }
    before.close();
  }
}
