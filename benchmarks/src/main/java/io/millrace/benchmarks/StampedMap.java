package io.millrace.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/** A peer's map behind the generator: scores what follows the time, gives back the time. */
final class StampedMap extends RichMapFunction<byte[], Long> {
  private static final long serialVersionUID = 1L;

  private final PeerMaps.TensorFlow peer;
  private final Check check;

  StampedMap(PeerMaps.TensorFlow peer, Check check) {
    this.peer = peer;
    this.check = check;
  }

  /** When the record was due. */
  static long due(byte[] record) {
    return ByteBuffer.wrap(record).getLong();
  }

  @Override
  public void open(OpenContext context) {
    peer.open(context);
  }

  @Override
  public Long map(byte[] record) {
    check.accept(peer.map(Arrays.copyOfRange(record, Generator.STAMP_BYTES, record.length)));
    return due(record);
  }

  @Override
  public void close() {
    peer.close();
  }
}
