package io.millrace.jobs.whatif;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of two outputs.
 *
 * <pre>{@code
 * new Question(OutputValue.parse("score:0"), 0.5, List.of(), "country", 12)
 * }</pre>
 *
 * @param value the number that is compared
 * @param threshold from which on it is a yes
 * @param join what makes two records the same one: names of fields, {@code key} for the record's
 *     key; empty for the key and all fields
 * @param sliceBy a field, or null for no slices
 * @param slices how many values of it have a line of their own, those of most records
 */
public record Question(
    OutputValue value, double threshold, List<String> join, @Nullable String sliceBy, int slices) {
  public static final String KEY = "key";

  public Question {
    Objects.requireNonNull(value, "value");
    join = List.copyOf(join);
    if (!Double.isFinite(threshold)) {
      throw new IllegalArgumentException("threshold " + threshold + ": expected a finite number");
    }
    if (slices < 1) {
      throw new IllegalArgumentException("slices " + slices + ": expected 1 or more");
    }
  }

  boolean isYes(double number) {
    return number >= threshold;
  }
}
