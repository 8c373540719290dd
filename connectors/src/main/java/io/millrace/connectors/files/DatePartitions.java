package io.millrace.connectors.files;

import io.millrace.connectors.kafka.KafkaRecord;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Folders as Hive has them, {@code date=2026-01-31}, by the day in UTC of a record's time. A record
 * without one is in {@code date=__HIVE_DEFAULT_PARTITION__}. Not thread-safe.
 */
public final class DatePartitions implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String DATE = "date=";

  /** Where a record without a time is: the name that Hive and Spark take for null. */
  static final String NONE = DATE + "__HIVE_DEFAULT_PARTITION__";

  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  /** Reads a record's time. */
  @FunctionalInterface
  public interface Time extends Serializable {
    /** Epoch milliseconds, or {@link KafkaRecord#NO_TIMESTAMP}. */
    long millis(KafkaRecord record);
  }

  private final Time time;
  private long lastDay = Long.MIN_VALUE;
  private String lastFolder = "";

  /** By what this says is a record's time. */
  public DatePartitions(Time time) {
    this.time = Objects.requireNonNull(time, "time");
  }

  /** The folder of a record, below the output's. */
  String of(KafkaRecord record) {
    long millis = time.millis(record);
    if (millis == KafkaRecord.NO_TIMESTAMP) {
      return NONE;
    }
    long day = Math.floorDiv(millis, DAY_MILLIS);
    if (day != lastDay) {
      lastFolder = DATE + LocalDate.ofEpochDay(day);
      lastDay = day;
    }
    return lastFolder;
  }
}
