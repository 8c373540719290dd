package io.millrace.tensorflow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds NaN and infinities among {@code float32} values in their little-endian memory form, two at
 * a time and without a branch for each: a look at every value on its own took longer than all else
 * that is done for a record of 784 of them.
 */
final class RawFloats {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  // IEEE 754 binary32: a value is not finite if its eight exponent bits are all ones. Without the
  // sign bit, adding one to the exponent carries into that bit's place just then, never beyond it.
  private static final long MAGNITUDES = 0x7fffffff_7fffffffL;
  private static final long EXPONENT_ONES = 0x00800000_00800000L;
  private static final long CARRIES = 0x80000000_80000000L;

  private RawFloats() {}

  /**
   * Whether all of them are finite.
   *
   * @param length in bytes, a multiple of 4
   */
  static boolean areFinite(byte[] source, int offset, int length) {
    int end = offset + length;
    int pairsEnd = offset + (length & ~7);
    long carries = 0;
    for (int i = offset; i < pairsEnd; i += 8) {
      carries |= ((long) LONGS.get(source, i) & MAGNITUDES) + EXPONENT_ONES;
    }
    if (pairsEnd < end) {
      carries |= ((int) INTS.get(source, pairsEnd) & (int) MAGNITUDES) + (int) EXPONENT_ONES;
    }
    return (carries & CARRIES) == 0;
  }
}
