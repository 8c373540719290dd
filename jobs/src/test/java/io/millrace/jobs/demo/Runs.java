package io.millrace.jobs.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Accounts of runs that never took place. */
final class Runs {
  static final long START = 1_800_000_000_000L;
  static final long PUBLISHED = START + 6_000;

  private Runs() {}

  /** Twelve seconds at a thousand a second, all accounted for, the switch half-way. */
  static Ledger complete(int capacity) {
    Ledger ledger = new Ledger(capacity);
    Random random = new Random(1);
    TransactionRecords records = new TransactionRecords(1);
    for (int id = 0; id < capacity; id++) {
      TransactionRecords.Entry entry = records.next();
      long now = START + id;
      ledger.send(entry.labelled(), entry.defect(), now);
      if (entry.defect() != null) {
        ledger.rejected(id, entry.defect().reason().name());
      } else {
        int version = now < PUBLISHED + 300 ? 1 : 2;
        double risk = entry.labelled().risk();
        double odds = Math.log(risk / (1 - risk)) * (version == 1 ? 0.2 : 1);
        odds += random.nextGaussian() * (version == 1 ? 1.4 : 0.7);
        float score = (float) (1 / (1 + Math.exp(-odds)));
        long micros = (long) (3_000 + 2_000 * Math.exp(random.nextGaussian() * 0.6));
        ledger.scored(id, version, score, micros, now + 400 + random.nextInt(800));
      }
    }
    return ledger;
  }

  static List<StatusLog.Entry> events() {
    List<StatusLog.Entry> events = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      events.add(event(START - 900, subtask, 1, "AVAILABLE", true));
      events.add(event(PUBLISHED + 20, subtask, 2, "START", false));
      events.add(event(PUBLISHED + 24, subtask, 2, "LOADING", false));
      events.add(event(PUBLISHED + 150 + 40 * subtask, subtask, 2, "AVAILABLE", true));
      events.add(event(PUBLISHED + 151 + 40 * subtask, subtask, 1, "UNLOADING", false));
      events.add(event(PUBLISHED + 160 + 40 * subtask, subtask, 1, "END", false));
    }
    return events;
  }

  private static StatusLog.Entry event(
      long millis, int subtask, int version, String state, boolean active) {
    TreeMap<String, Double> steps = new TreeMap<>();
    steps.put("fetch", 12.0);
    steps.put("load", 80.0);
    steps.put("warm-up", 15.0);
    steps.put("switch", 0.2);
    return new StatusLog.Entry(millis, subtask, version, state, active, "", "", steps);
  }
}
