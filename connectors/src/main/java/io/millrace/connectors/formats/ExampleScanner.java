package io.millrace.connectors.formats;

import io.millrace.tensor.RecordException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the features of a serialized {@code tf.Example}. Its fields are {@code Example.features =
 * 1}, {@code Features.feature = 1}, a map whose entries are key = 1 and value = 2. Source:
 * TensorFlow's example.proto and feature.proto. Not thread-safe.
 */
final class ExampleScanner {
  private static final int FEATURES = WireScanner.delimitedTag(1);
  private static final int ENTRY = WireScanner.delimitedTag(1);
  private static final int KEY = WireScanner.delimitedTag(1);
  private static final int VALUE = WireScanner.delimitedTag(2);

  /** Says where features go. */
  @FunctionalInterface
  interface Target {
    /** What takes the feature whose name's UTF-8 this is, or null if nothing does. */
    @Nullable ExampleFeature of(byte[] bytes, int from, int to);
  }

  private final Target target;
  private final WireScanner wire = new WireScanner();

  ExampleScanner(Target target) {
    this.target = target;
  }

  /**
   * Reads the record, whose features the target has cleared.
   *
   * @throws RecordException MALFORMED if it is no such message
   */
  void read(byte[] record) {
    wire.open(record);
    while (wire.position() < record.length) {
      int tag = wire.tag(record.length);
      if (tag == FEATURES) {
        features(wire.delimited(record.length));
      } else {
        wire.skip(tag, record.length);
      }
    }
  }

  private void features(int end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (tag == ENTRY) {
        entry(wire.delimited(end));
      } else {
        wire.skip(tag, end);
      }
    }
  }

  /** An entry of the map. Its fields may come in any order, so the key is looked for first. */
  private void entry(int end) {
    int start = wire.position();
    int keyFrom = start;
    int keyTo = start;
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (tag == KEY) {
        keyTo = wire.delimited(end);
        keyFrom = wire.position();
        wire.moveTo(keyTo);
      } else {
        wire.skip(tag, end);
      }
    }
    ExampleFeature feature = target.of(wire.bytes(), keyFrom, keyTo);
    if (feature != null) {
      // An entry replaces an earlier one of its key.
      feature.clear();
      wire.moveTo(start);
      values(feature, end);
    }
  }

  private void values(ExampleFeature feature, int end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (tag == VALUE) {
        feature.merge(wire, wire.delimited(end));
      } else {
        wire.skip(tag, end);
      }
    }
  }
}
