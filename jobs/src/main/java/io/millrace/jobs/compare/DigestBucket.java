package io.millrace.jobs.compare;

import java.util.Arrays;

/** How often each of many numbers occurs. Filled first, asked then. */
final class DigestBucket {
  private static final int FIRST = 16;
  private static final long[] NONE = new long[0];

  private long[] numbers = NONE;
  private int size;
  private long[] repeated = NONE;
  private long[] times = NONE;
  private boolean sorted = true;

  void add(long number) {
    if (repeated.length > 0) {
      throw new IllegalStateException("asked already");
    }
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, Math.max(FIRST, Math.addExact(size, size / 2)));
    }
    numbers[size++] = number;
    sorted = false;
  }

  /** How often it was added. */
  long count(long number) {
    sort();
    int found = Arrays.binarySearch(repeated, number);
    if (found >= 0) {
      return times[found];
    }
    return Arrays.binarySearch(numbers, 0, size, number) >= 0 ? 1 : 0;
  }

  /** How many of the numbers the other does not have, each as often as it lacks. */
  long surplusOver(DigestBucket other) {
    sort();
    long surplus = 0;
    for (int i = 0; i < size; i++) {
      surplus += Math.max(0, count(numbers[i]) - other.count(numbers[i]));
    }
    return surplus;
  }

  // Each number once, and those that come again once more with their times.
  private void sort() {
    if (sorted) {
      return;
    }
    Arrays.sort(numbers, 0, size);
    int repeats = 0;
    for (int i = 1; i < size; i++) {
      if (numbers[i] == numbers[i - 1] && (i == 1 || numbers[i - 2] != numbers[i])) {
        repeats++;
      }
    }
    repeated = new long[repeats];
    times = new long[repeats];
    int kept = 0;
    int next = 0;
    for (int i = 0; i < size; ) {
      int end = i + 1;
      while (end < size && numbers[end] == numbers[i]) {
        end++;
      }
      if (end - i > 1) {
        repeated[next] = numbers[i];
        times[next++] = end - i;
      }
      numbers[kept++] = numbers[i];
      i = end;
    }
    size = kept;
    sorted = true;
  }
}
