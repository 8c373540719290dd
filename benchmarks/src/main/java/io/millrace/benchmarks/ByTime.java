package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import java.util.ArrayList;
import java.util.List;

/**
 * What the policy {@code event-time} costs where one version is valid all the time: each record's
 * time is read and its version looked up. Runs with it and runs without take turns and are pairs,
 * of which every other one begins with it; there are more pairs than rounds of other arms, as the
 * two differ by little.
 *
 * @param shell that scores
 * @param throughput with the policy over without
 */
record ByTime(Peer shell, Spread throughput) {
  static final int PAIRS = 40;

  /** In each shell. */
  static List<ByTime> measure(ArmRunner runner, int pairs) throws Exception {
    List<ByTime> all = new ArrayList<>();
    for (Peer byTime :
        List.of(Peer.CHAINED_BY_TIME, Peer.COORDINATED_BY_TIME, Peer.BROADCAST_BY_TIME)) {
      all.add(measure(runner, pairs, byTime));
    }
    return all;
  }

  /** That which is measured without the policy. */
  static Peer shell(Peer byTime) {
    return switch (byTime) {
      case CHAINED_BY_TIME -> Peer.CHAINED;
      case COORDINATED_BY_TIME -> Peer.COORDINATED;
      case BROADCAST_BY_TIME -> Peer.BROADCAST;
      default -> throw new IllegalArgumentException(byTime + ": expected a shell by time");
    };
  }

  private static ByTime measure(ArmRunner runner, int pairs, Peer byTime) throws Exception {
    Peer shell = shell(byTime);
    Arm[] arms = {arm(shell), arm(byTime)};
    double[][] rates = new double[arms.length][pairs];
    for (Arm arm : arms) {
      runner.warmUp(arm);
    }
    for (int pair = 0; pair < pairs; pair++) {
      for (int turn = 0; turn < arms.length; turn++) {
        int index = (pair + turn) % arms.length;
        rates[index][pair] = runner.run(arms[index]).recordsPerSecond();
      }
    }
    return new ByTime(shell, Spread.ofRatios(rates[1], rates[0]));
  }

  private static Arm arm(Peer peer) {
    return Arm.of(peer, new Setting(Network.FFNN, Format.BINARY, Transport.MEMORY, 1, Marks.CAP));
  }
}
