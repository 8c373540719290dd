package io.millrace.benchmarks;

import java.util.List;
import java.util.Locale;

/** One way to score in one setting: what is measured in each round. */
record Arm(Peer peer, Setting setting) {

  /** The ways to score, and the limits of all of them. */
  enum Peer {
    NAIVE("naive TensorFlow map", false),
    NAIVE_INLINE("naive TensorFlow map, inter-op -1", false),
    SINGLE("SavedModelMapFunction", false),
    ONNX("naive ONNX Runtime map", false),
    DJL("DJL, a predict a record", false),
    CRAYFISH("JSON in the manner of Crayfish", false),
    /** Of a fixed version. */
    CHAINED("Millrace chained", true),
    /** Takes commands, and is chained. */
    COORDINATED("Millrace coordinated", true),
    /** Takes commands by a second input. */
    BROADCAST("Millrace broadcast", true),
    /** Each record by the version that is valid at its time: one is, for all. */
    CHAINED_BY_TIME("Millrace chained, event-time", true),
    COORDINATED_BY_TIME("Millrace coordinated, event-time", true),
    BROADCAST_BY_TIME("Millrace broadcast, event-time", true),
    /** The whole job, from files to files. */
    REPLAY("Millrace replay", true),
    LOOP("plain loop", true),
    ENGINE("bare engine call", true),
    PASS_THROUGH("pass-through", false),
    /** The replay's source, whose records nobody takes. */
    READ("reading alone", false),
    /** What the shell with two inputs cannot do without. */
    CHANNEL("pass-through over a channel", false),
    PARSE("parse only", false);

    private final String title;
    private final boolean batches;

    Peer(String title, boolean batches) {
      this.title = title;
      this.batches = batches;
    }

    String title() {
      return title;
    }

    /** Whether a network plays a part. */
    boolean scores() {
      return this != READ && this != PASS_THROUGH && this != CHANNEL && this != PARSE;
    }

    /** The shells of this project's operator. */
    static List<Peer> shells() {
      return List.of(CHAINED, COORDINATED, BROADCAST);
    }

    /** What others are held against: the shells, and the job around one. */
    static List<Peer> ours() {
      return List.of(CHAINED, COORDINATED, BROADCAST, REPLAY);
    }
  }

  /** The arm that stands beside others in a cell, without what plays no part for it. */
  static Arm of(Peer peer, Setting setting) {
    Setting own = peer.batches ? setting : setting.withCap(Setting.ANY);
    return new Arm(peer, peer.scores() ? own : own.withNetwork(Network.FFNN));
  }

  /** {@code naive TensorFlow map, ffnn binary memory p1}. */
  String toText() {
    return String.format(Locale.ROOT, "%-34s %s", peer.title(), setting.toText());
  }
}
