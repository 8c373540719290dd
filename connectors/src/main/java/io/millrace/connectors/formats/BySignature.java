package io.millrace.connectors.formats;

import io.millrace.tensor.Row;
import io.millrace.tensor.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What was found out for each signature, by its identity: under event time, records of several
 * versions come by turns. Of many, those are kept that were used last. Not thread-safe.
 */
final class BySignature<T> {
  private static final int MAX_SIGNATURES = 16;

  private final Function<Row, T> make;

  /** The one that was used last comes first. */
  private final List<Made<T>> known = new ArrayList<>(MAX_SIGNATURES);

  private record Made<T>(Signature signature, T value) {}

  /**
   * @param make what makes it, of the first row of a signature
   */
  BySignature(Function<Row, T> make) {
    this.make = make;
  }

  T of(Row row) {
    Signature wanted = row.signature();
    for (int i = 0; i < known.size(); i++) {
      Made<T> made = known.get(i);
      if (made.signature == wanted) {
        if (i > 0) {
          known.add(0, known.remove(i));
        }
        return made.value;
      }
    }
    if (known.size() == MAX_SIGNATURES) {
      known.remove(MAX_SIGNATURES - 1);
    }
    Made<T> made = new Made<>(wanted, make.apply(row));
    known.add(0, made);
    return made.value;
  }
}
