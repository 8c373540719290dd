package io.millrace.jobs.demo;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was sent and what became of it, by the transaction's number. One thread books what is sent,
 * one what comes back; it is read when both are done.
 */
final class Ledger {
  private static final int ABSENT = -1;

  private final long[] sentMillis;
  private final boolean[] fraud;
  private final float[] risk;
  private final @Nullable Defect[] defects;
  private int sent;

  private final byte[] timesScored;
  private final byte[] timesRejected;
  private final int[] versions;
  private final float[] scores;
  private final int[] latencyMicros;
  private final int[] visibleMillis;
  private final @Nullable String[] reasons;
  private long strangers;
  private long misordered;

  /** The last source offset, by the topic it was found in and the partition it came from. */
  private final Map<String, Long> lastOffsets = new HashMap<>();

  Ledger(int capacity) {
    sentMillis = new long[capacity];
    fraud = new boolean[capacity];
    risk = new float[capacity];
    defects = new Defect[capacity];
    timesScored = new byte[capacity];
    timesRejected = new byte[capacity];
    versions = new int[capacity];
    scores = new float[capacity];
    latencyMicros = new int[capacity];
    visibleMillis = new int[capacity];
    reasons = new String[capacity];
    Arrays.fill(versions, ABSENT);
  }

  /** A transaction goes out; numbers come in order, from 0. */
  void send(LabelledTransaction labelled, @Nullable Defect defect, long epochMillis) {
    sentMillis[sent] = epochMillis;
    fraud[sent] = labelled.fraud();
    risk[sent] = (float) labelled.risk();
    defects[sent] = defect;
    sent++;
  }

  /** A transaction came back with a score. */
  void scored(int id, int version, float score, long micros, long seenAtEpochMillis) {
    if (isStranger(id)) {
      return;
    }
    timesScored[id] = next(timesScored[id]);
    versions[id] = version;
    scores[id] = score;
    latencyMicros[id] = (int) Math.min(micros, Integer.MAX_VALUE);
    visibleMillis[id] = (int) (seenAtEpochMillis - sentMillis[id]);
  }

  /** A transaction came back as a dead letter. */
  void rejected(int id, String reason) {
    if (!isStranger(id)) {
      timesRejected[id] = next(timesRejected[id]);
      reasons[id] = reason;
    }
  }

  /**
   * A record was found in a topic, next after those that were placed there before. Predictions and
   * dead letters each keep the order of the partition that they came from.
   */
  void place(String topic, int sourcePartition, long sourceOffset) {
    Long last = lastOffsets.put(topic + "/" + sourcePartition, sourceOffset);
    if (last != null && sourceOffset < last) {
      misordered++;
    }
  }

  private boolean isStranger(int id) {
    boolean stranger = id < 0 || id >= sentMillis.length;
    if (stranger) {
      strangers++;
    }
    return stranger;
  }

  private static byte next(byte count) {
    return (byte) Math.min(count + 1, Byte.MAX_VALUE);
  }

  int sent() {
    return sent;
  }

  long sentMillis(int id) {
    return sentMillis[id];
  }

  /** Whether it was made after the stream had flowed for so long. */
  boolean isWarm(int id, Duration warmUp) {
    return sentMillis[id] - sentMillis[0] >= warmUp.toMillis();
  }

  boolean fraud(int id) {
    return fraud[id];
  }

  /** What a perfect model would have answered. */
  float risk(int id) {
    return risk[id];
  }

  @Nullable Defect defect(int id) {
    return defects[id];
  }

  int timesScored(int id) {
    return timesScored[id];
  }

  int timesRejected(int id) {
    return timesRejected[id];
  }

  /** The version that scored it, -1 if none did. */
  int version(int id) {
    return versions[id];
  }

  float score(int id) {
    return scores[id];
  }

  /** From the source's read to the operator's emission. */
  int latencyMicros(int id) {
    return latencyMicros[id];
  }

  /** From its making to a read-committed reader. */
  int visibleMillis(int id) {
    return visibleMillis[id];
  }

  /** Why it was rejected, null if it was not. */
  @Nullable String reason(int id) {
    return reasons[id];
  }

  /** Records with keys that were never sent. */
  long strangers() {
    return strangers;
  }

  long misorderedCount() {
    return misordered;
  }
}
