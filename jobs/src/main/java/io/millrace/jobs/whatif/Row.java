package io.millrace.jobs.whatif;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What is kept of a record until its other half is found.
 *
 * @param high of the 128 bits that stand for what records are joined by
 * @param low the rest of them
 * @param value the number that is compared
 * @param slice as {@link SliceValues} codes it
 * @param scorer its number among the side's versions
 * @param ordinal of the record within its side, from 0 in the order of reading
 */
record Row(long high, long low, double value, long slice, int scorer, long ordinal)
    implements Comparable<Row> {
  static final int BYTES = 5 * Long.BYTES + Integer.BYTES;

  void write(DataOutput out) throws IOException {
    out.writeLong(high);
    out.writeLong(low);
    out.writeDouble(value);
    out.writeLong(slice);
    out.writeInt(scorer);
    out.writeLong(ordinal);
  }

  static Row read(DataInput in) throws IOException {
    return new Row(
        in.readLong(), in.readLong(), in.readDouble(), in.readLong(), in.readInt(), in.readLong());
  }

  int compareKey(Row other) {
    int order = Long.compare(high, other.high);
    return order != 0 ? order : Long.compare(low, other.low);
  }

  @Override
  public int compareTo(Row other) {
    int order = compareKey(other);
    return order != 0 ? order : Long.compare(ordinal, other.ordinal);
  }
}
