package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TransactionRecordsTest {
  @Test
  void next_fromANumberOn_countsFromThere_andIsSoundUntilAnother() {
    TransactionRecords records = new TransactionRecords(7, 5_000, 8_000);

    for (int id = 5_000; id < 8_000; id++) {
      TransactionRecords.Entry entry = records.next();
      assertThat(entry.key()).isEqualTo(TransactionRecords.key(id));
      assertThat(entry.defect()).isNull();
    }
    assertThat(IntStream.range(0, 3_000).filter(i -> records.next().defect() != null).count())
        .isPositive();
  }
}
