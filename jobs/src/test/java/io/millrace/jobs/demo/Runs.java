package io.millrace.jobs.demo;

import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.VersionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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

  static List<ModelEvent> events() {
    List<ModelEvent> events = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      int later = 40 * subtask;
      events.add(event(START - 900, subtask, 1, VersionState.AVAILABLE, true));
      events.add(event(PUBLISHED + 20, subtask, 2, VersionState.START, false));
      events.add(event(PUBLISHED + 24, subtask, 2, VersionState.LOADING, false));
      events.add(event(PUBLISHED + 150 + later, subtask, 2, VersionState.AVAILABLE, true));
      events.add(event(PUBLISHED + 151 + later, subtask, 1, VersionState.UNLOADING, false));
      events.add(event(PUBLISHED + 160 + later, subtask, 1, VersionState.END, false));
    }
    return events;
  }

  private static ModelEvent event(
      long millis, int subtask, int version, VersionState state, boolean active) {
    LoadTimes times =
        new LoadTimes(
            Duration.ofMillis(12),
            Duration.ofMillis(1),
            Duration.ofMillis(80),
            Duration.ofMillis(15),
            Duration.ofNanos(200_000));
    Instant time = Instant.ofEpochMilli(millis);
    return new ModelEvent(
        time, "demo", subtask, 2, "fraud", version, null, state, active, null, "", times);
  }
}
