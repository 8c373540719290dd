package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
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

  /** A fixed version, and commands by the JobManager: both are chained to their source. */
  static List<ByTime> measure(ArmRunner runner, int pairs) throws Exception {
    return List.of(
        measure(runner, pairs, Peer.CHAINED, Peer.CHAINED_BY_TIME),
        measure(runner, pairs, Peer.COORDINATED, Peer.COORDINATED_BY_TIME));
  }

  private static ByTime measure(ArmRunner runner, int pairs, Peer shell, Peer byTime)
      throws Exception {
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
