package io.millrace.connectors.formats;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.ResolvingDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Reads Avro's generic data, with arrays of floats that have no object for each. Not thread-safe.
 *
 * @param <T> what a datum is
 */
public class CompactDatumReader<T> extends GenericDatumReader<T> {
  // What a hostile count promises may never come.
  private static final int MAX_CAPACITY = 1 << 12;

  /** Of schemas that are told later. */
  public CompactDatumReader() {}

  /** Of data that was written by one schema and is read by another. */
  CompactDatumReader(Schema written, Schema expected) {
    super(written, expected);
  }

  @Override
  protected Object readArray(@Nullable Object old, Schema expected, ResolvingDecoder in)
      throws IOException {
    if (expected.getElementType().getType() != Schema.Type.FLOAT) {
      return super.readArray(old, expected, in);
    }
    long count = in.readArrayStart();
    FloatArray array =
        old instanceof FloatArray used ? used : new FloatArray((int) Math.min(count, MAX_CAPACITY));
    array.clear();
    for (; count > 0; count = in.arrayNext()) {
      for (long i = 0; i < count; i++) {
        array.append(in.readFloat());
      }
    }
    return array;
  }
}
