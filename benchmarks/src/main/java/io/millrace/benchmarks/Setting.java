package io.millrace.benchmarks;

import java.util.Locale;

/**
 * What a cell of the table varies.
 *
 * @param cap the largest batch; {@link #ANY} where batches play no part
 */
record Setting(Network network, Format format, Transport transport, int parallelism, int cap) {
  static final int ANY = 0;

  enum Format {
    BINARY,
    JSON,
    /** In files alone, as is {@link #AVRO}. */
    PARQUET,
    AVRO
  }

  /** Where records come from and results go to. */
  enum Transport {
    MEMORY,
    KAFKA,
    /** On this machine. */
    FILES
  }

  Setting withCap(int other) {
    return new Setting(network, format, transport, parallelism, other);
  }

  Setting withNetwork(Network other) {
    return new Setting(other, format, transport, parallelism, cap);
  }

  /** {@code ffnn binary memory p1 cap 128}. */
  String toText() {
    return String.format(
        Locale.ROOT,
        "%-11s %-6s %-6s p%d%s",
        network.name().toLowerCase(Locale.ROOT),
        format.name().toLowerCase(Locale.ROOT),
        transport.name().toLowerCase(Locale.ROOT),
        parallelism,
        cap == ANY ? "" : " cap " + cap);
  }
}
