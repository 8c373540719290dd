package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final int RECORDS = 12_000;

  @Test
  void of_completeRun_hasNoFaults() {
    Summary summary = Summary.of(Runs.complete(RECORDS), Duration.ZERO);

    assertThat(summary.faults()).isEmpty();
    assertThat(summary.out() + summary.dead()).isEqualTo(RECORDS);
    assertThat(summary.deadByReason()).hasSize(Defect.values().length);
    assertThat(summary.ratePerSecond()).isCloseTo(1_000, within(1.0));
    assertThat(summary.versions().get(2).roc().area())
        .isGreaterThan(summary.versions().get(1).roc().area());
    assertThat(summary.lastLine())
        .matches(
            "in=12000 out=\\d+ dead=\\d+ lost=0 duplicated=0 versions=1:\\d+,2:\\d+"
                + " rate=1000/s p50=\\d+\\.\\dms p99=\\d+\\.\\dms");
  }

  @Test
  void of_warmUp_countsEveryRecordButNotItsLatency() {
    Ledger ledger = new Ledger(3);
    TransactionGenerator generator = new TransactionGenerator(1);
    for (int id = 0; id < 3; id++) {
      ledger.send(generator.next(), null, Runs.START + 1_000L * id);
      ledger.scored(id, 1, 0.5f, id == 0 ? 900_000 : 2_000, Runs.START + 1_000L * id);
    }

    Summary summary = Summary.of(ledger, Duration.ofSeconds(1));
    assertThat(summary.out()).isEqualTo(3);
    assertThat(summary.latency().max()).isEqualTo(2, within(0.01));
    assertThat(summary.versions().get(1).latency().max()).isEqualTo(2, within(0.01));
  }

  @Test
  void of_recordThatNeverCameBack_isLost() {
    Ledger ledger = Runs.complete(RECORDS + 1);
    Ledger shorter = new Ledger(RECORDS);
    TransactionRecords records = new TransactionRecords(1);
    for (int id = 0; id < RECORDS; id++) {
      TransactionRecords.Entry entry = records.next();
      shorter.send(entry.labelled(), entry.defect(), Runs.START + id);
      if (id != 77 && entry.defect() == null) {
        shorter.scored(id, ledger.version(id), 0.5f, 1, Runs.START + id);
      } else if (entry.defect() != null) {
        shorter.rejected(id, entry.defect().reason().name());
      }
    }

    Summary summary = Summary.of(shorter, Duration.ZERO);
    assertThat(summary.lost()).isEqualTo(1);
    assertThat(summary.faults()).containsExactly("1 records lost");
  }

  @Test
  void of_recordThatCameTwice_isDuplicated() {
    Ledger ledger = Runs.complete(RECORDS);
    int id = firstScored(ledger);
    ledger.scored(id, 1, 0.5f, 1, Runs.START);

    assertThat(Summary.of(ledger, Duration.ZERO).faults()).containsExactly("1 records duplicated");
  }

  @Test
  void of_soundRecordAmongTheDeadLetters_isMisjudged() {
    Ledger ledger = new Ledger(2);
    TransactionGenerator generator = new TransactionGenerator(1);
    for (int id = 0; id < 2; id++) {
      ledger.send(generator.next(), null, Runs.START);
      ledger.rejected(id, "MODEL_FAILED");
    }

    assertThat(Summary.of(ledger, Duration.ZERO).faults())
        .containsExactly(
            "2 records scored or rejected against what was sent",
            "version 1 scored nothing",
            "version 2 scored nothing");
  }

  @Test
  void of_recordsThatChangedPlaces_areOutOfOrder() {
    Ledger ledger = Runs.complete(RECORDS);
    for (long offset : new long[] {0, 1, 3, 2, 4}) {
      ledger.place("scored", 0, offset);
      ledger.place("scored", 1, 7 + offset / 4);
    }

    assertThat(Summary.of(ledger, Duration.ZERO).faults())
        .containsExactly("1 records out of order within their partition");
  }

  @Test
  void of_wrongStamp_isAVersionThatNobodyPublished() {
    Ledger ledger = Runs.complete(RECORDS);
    TransactionRecords records = new TransactionRecords(1);
    Ledger stamped = new Ledger(RECORDS);
    for (int id = 0; id < RECORDS; id++) {
      TransactionRecords.Entry entry = records.next();
      stamped.send(entry.labelled(), entry.defect(), Runs.START + id);
      if (entry.defect() == null) {
        stamped.scored(id, id == 99 ? 3 : ledger.version(id), 0.5f, 1, Runs.START + id);
      } else {
        stamped.rejected(id, entry.defect().reason().name());
      }
    }

    assertThat(Summary.of(stamped, Duration.ZERO).faults())
        .containsExactly("version 3 scored, which nobody published");
  }

  @Test
  void of_recordThatNobodySent_isAStranger() {
    Ledger ledger = Runs.complete(RECORDS);
    ledger.rejected(RECORDS, "MALFORMED");
    ledger.scored(-1, 1, 0.5f, 1, Runs.START);

    assertThat(Summary.of(ledger, Duration.ZERO).faults())
        .containsExactly("2 records in the output that nobody sent");
  }

  private static int firstScored(Ledger ledger) {
    int id = 0;
    while (ledger.timesScored(id) == 0) {
      id++;
    }
    return id;
  }
}
