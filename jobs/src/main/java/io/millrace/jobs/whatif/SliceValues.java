package io.millrace.jobs.whatif;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The values of the field that slices are cut by, in eight bytes each: a number as the bits of a
 * double, any other value as one of the doubles that are no number, with its place in the list of
 * values. Knows up to {@value #LIMIT} values; the rest is told apart no more.
 */
final class SliceValues {
  static final int LIMIT = 100_000;
  static final String ABSENT = "(none)";

  private static final long TEXT = 0x7ff8_0000_0000_0000L;
  private static final int SAMPLE = 20_000;
  private static final int SHOWN = 60;
  private static final int HEAD = 40;
  private static final int TAIL = 17;

  private final Sha256 sha256 = new Sha256();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> texts =
      new ArrayList<>(List.of("(values beyond the first " + LIMIT + ")"));
  private final Set<Long> numbers = new HashSet<>();
  private final double[] sample = new double[SAMPLE];
  // The same input gives the same report.
  private final Random random = new Random(1);
  private long numeric;

  /** Codes a value. */
  long code(JsonNode value) {
    double number = value.doubleValue();
    // Beyond a double's range it is told apart by its digits.
    return value.isNumber() && Double.isFinite(number) ? number(number) : TEXT | id(value);
  }

  private long number(double number) {
    long code = Double.doubleToLongBits(number == 0 ? 0.0 : number);
    if (numbers.size() <= LIMIT) {
      numbers.add(code);
    }
    long place = numeric < SAMPLE ? numeric : random.nextLong(numeric + 1);
    if (place < SAMPLE) {
      sample[(int) place] = number;
    }
    numeric++;
    return code;
  }

  private int id(JsonNode value) {
    boolean absent = value.isMissingNode() || value.isNull();
    String text = value.isTextual() ? value.textValue() : value.toString();
    String key = absent ? ABSENT : key(text);
    Integer id = ids.get(key);
    if (id != null) {
      return id;
    }
    if (texts.size() > LIMIT) {
      return 0;
    }
    ids.put(key, texts.size());
    texts.add(absent ? ABSENT : shown(text));
    return texts.size() - 1;
  }

  // Long ones in little, and told apart all the same; no text is taken for an absent one.
  private String key(String text) {
    return text.length() <= SHOWN ? "'" + text : HexFormat.of().formatHex(sha256.of(text));
  }

  private static String shown(String text) {
    if (text.equals(ABSENT)) {
      return "'" + text + "'";
    }
    return text.length() <= SHOWN
        ? text
        : text.substring(0, HEAD) + "..." + text.substring(text.length() - TAIL);
  }

  /** Whether there are more numbers than lines: then ranges of them make the slices. */
  boolean isRanged(int lines) {
    return numbers.size() > lines;
  }

  /** The value as it is shown. */
  String label(long code) {
    double number = Double.longBitsToDouble(code);
    return Double.isNaN(number) ? texts.get((int) code) : SliceRanges.text(number);
  }

  static boolean isNumber(long code) {
    return !Double.isNaN(Double.longBitsToDouble(code));
  }

  /** Ranges of about as many numbers each. */
  SliceRanges ranges(int count) {
    double[] sorted = Arrays.copyOf(sample, (int) Math.min(numeric, SAMPLE));
    Arrays.sort(sorted);
    return SliceRanges.of(sorted, count);
  }
}
