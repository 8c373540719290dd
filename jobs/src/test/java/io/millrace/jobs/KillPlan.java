package io.millrace.jobs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Which moments a run kills in, in which order: seeded. */
final class KillPlan {
  private KillPlan() {}

  /**
   * @param kills how many of TaskManagers; each kind in turn, and with each seven of them the
   *     JobManager and the broker once
   */
  static List<KillMoment> of(int kills, Random random) {
    List<KillMoment> plan = new ArrayList<>();
    int left = kills;
    while (left > 0) {
      List<KillMoment> turn = new ArrayList<>(List.of(KillMoment.values()));
      Collections.shuffle(turn, random);
      for (KillMoment moment : turn) {
        if (!moment.isOfTaskManager()) {
          plan.add(moment);
        } else if (left > 0) {
          plan.add(moment);
          left--;
        }
      }
    }
    return plan;
  }
}
