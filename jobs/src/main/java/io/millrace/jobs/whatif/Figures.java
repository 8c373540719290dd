package io.millrace.jobs.whatif;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Figures as people read them.
 *
 * @param yesFrom from which number on it is a yes
 */
record Figures(double yesFrom) {
  private static final int SHOWN_SCORERS = 3;

  String threshold() {
    return SliceRanges.text(yesFrom);
  }

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** What is there never shows as nothing. */
  static String share(long part, long whole) {
    if (part == 0) {
      return "0%";
    }
    double share = 100.0 * part / whole;
    if (share < 0.01) {
      return "<0.01%";
    }
    String text = String.format(Locale.ROOT, share < 10 ? "%.2f%%" : "%.1f%%", share);
    return part < whole && text.equals("100.0%") ? ">99.9%" : text;
  }

  /** Four digits that count. */
  static String number(double number) {
    if (number == Math.rint(number) && Math.abs(number) < 1e9) {
      return String.format(Locale.ROOT, "%,d", (long) number);
    }
    double size = Math.abs(number);
    if (size < 1e-4 || size >= 1e9) {
      return String.format(Locale.ROOT, "%.2e", number);
    }
    int decimals = (int) Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(size))));
    return String.format(Locale.ROOT, "%,." + decimals + "f", number);
  }

  static String signed(double number) {
    return number > 0 ? "+" + number(number) : number(number);
  }

  String decision(double base, double other) {
    return base >= yesFrom
        ? other >= yesFrom ? "yes" : "yes \u2192 no"
        : other >= yesFrom ? "no \u2192 yes" : "no";
  }

  /** Which of the report's colours a pair has. */
  String kind(double base, double other) {
    boolean before = base >= yesFrom;
    boolean after = other >= yesFrom;
    return before == after ? "" : after ? "newly" : "nomore";
  }

  /** The versions of a side, as few words. */
  static String scorers(Side side) {
    List<Side.Scored> scorers = side.scorers();
    String named =
        scorers.stream()
            .limit(SHOWN_SCORERS)
            .map(it -> it.scorer().toString())
            .collect(Collectors.joining(", "));
    return scorers.size() <= SHOWN_SCORERS
        ? named
        : named + " and " + (scorers.size() - SHOWN_SCORERS) + " more";
  }
}
