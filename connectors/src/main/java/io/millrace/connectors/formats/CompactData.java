package io.millrace.connectors.formats;

import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/** Avro's generic data, with arrays of floats that have no object for each. */
public final class CompactData extends GenericData {
  // Avro calls for room before it reads; what a hostile count promises may never come.
  private static final int MAX_CAPACITY = 1 << 12;

  private static final CompactData SAFE = new CompactData();
  private static final CompactData FAST = new CompactData();

  static {
    FAST.setFastReaderEnabled(true);
  }

  private CompactData() {}

  /** For values of unknown origin. */
  static CompactData ofValues() {
    return SAFE;
  }

  /** For files, with the reader that Avro (1.11) does not use by itself. */
  public static CompactData ofFiles() {
    return FAST;
  }

  @Override
  public Object newArray(@Nullable Object old, int size, Schema schema) {
    if (schema.getElementType().getType() != Schema.Type.FLOAT) {
      return super.newArray(old, size, schema);
    }
    if (old instanceof FloatArray array) {
      array.clear();
      return array;
    }
    return new FloatArray(schema, Math.min(size, MAX_CAPACITY));
  }
}
