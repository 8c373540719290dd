package io.millrace.jobs;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a job goes over from files to the topic; refuses a point at which records would be missing.
 *
 * @param beginnings the first offset that each partition still has
 * @param ends the offset that its next record will have
 */
record SwitchPoint(String topic, Map<Integer, Long> beginnings, Map<Integer, Long> ends) {
  // So many fit an int, and a long.
  private static final String PARTITION_DIGITS = "[0-9]{1,9}";
  private static final String OFFSET_DIGITS = "[0-9]{1,18}";

  /**
   * The configured offsets.
   *
   * @throws ConfigurationException if they are not one for each partition
   * @throws IOException if a partition does not have that offset, or has no more what is there
   */
  Map<Integer, Long> ofOffsets(Map<String, String> given)
      throws ConfigurationException, IOException {
    Map<Integer, Long> offsets = new TreeMap<>();
    for (Map.Entry<String, String> entry : given.entrySet()) {
      int partition = (int) number(entry.getKey(), PARTITION_DIGITS, entry);
      if (offsets.put(partition, number(entry.getValue(), OFFSET_DIGITS, entry)) != null) {
        throw new ConfigurationException(
            "%s names partition %d more than once: expected each once"
                .formatted(BackfillOptions.OFFSETS.key(), partition));
      }
    }
    if (!offsets.keySet().equals(ends.keySet())) {
      throw new ConfigurationException(
          "%s names partitions %s of topic %s: expected each of %s"
              .formatted(BackfillOptions.OFFSETS.key(), offsets.keySet(), topic, ends.keySet()));
    }
    for (Map.Entry<Integer, Long> entry : offsets.entrySet()) {
      long begin = beginnings.getOrDefault(entry.getKey(), 0L);
      long end = ends.getOrDefault(entry.getKey(), 0L);
      if (entry.getValue() < begin || entry.getValue() > end) {
        throw new IOException(
            "%s: partition %d of topic %s has offsets %d to %d: expected one of them, got %d"
                .formatted(
                    BackfillOptions.OFFSETS.key(),
                    entry.getKey(),
                    topic,
                    begin,
                    end,
                    entry.getValue()));
      }
    }
    return offsets;
  }

  private static long number(String text, String digits, Map.Entry<String, String> entry)
      throws ConfigurationException {
    if (!text.matches(digits)) {
      throw new ConfigurationException(
          "%s has %s: %s: expected a partition and an offset, such as 0: 1200"
              .formatted(BackfillOptions.OFFSETS.key(), entry.getKey(), entry.getValue()));
    }
    return Long.parseLong(text);
  }

  /**
   * The offsets of a time.
   *
   * @param since the first record of each partition of that time or later
   * @throws IOException if what a partition has lost may have been of that time or later
   */
  Map<Integer, Long> ofTime(Instant time, Map<Integer, Long> since) throws IOException {
    for (Map.Entry<Integer, Long> entry : since.entrySet()) {
      long begin = beginnings.getOrDefault(entry.getKey(), 0L);
      if (begin > 0 && entry.getValue() <= begin) {
        throw new IOException(
            ("%s: partition %d of topic %s begins at offset %d, with nothing from before %s: what it"
                    + " has lost may be of that time; expected a later one, or %s")
                .formatted(
                    BackfillOptions.TIMESTAMP.key(),
                    entry.getKey(),
                    topic,
                    begin,
                    time,
                    BackfillOptions.OFFSETS.key()));
      }
    }
    return since;
  }

  /**
   * The offsets of a time for a job whose state says how far it is. Where the topic may have lost
   * records of that time or later, the offset is one that is gone: a job that is yet to begin with
   * the topic fails there rather than go on behind a gap; one that is in it does not ask.
   *
   * @param since the first record of each partition of that time or later
   */
  Map<Integer, Long> ofTimeRestored(Map<Integer, Long> since) {
    Map<Integer, Long> offsets = new TreeMap<>(since);
    offsets.replaceAll(
        (partition, offset) -> {
          long begin = beginnings.getOrDefault(partition, 0L);
          return begin > 0 && offset <= begin ? begin - 1 : offset;
        });
    return offsets;
  }
}
