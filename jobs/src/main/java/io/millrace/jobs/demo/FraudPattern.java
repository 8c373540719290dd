package io.millrace.jobs.demo;

import java.util.Set;

/**
 * The hidden truth: how likely a transaction is fraud. Three schemes that only combinations of
 * fields give away, so that a linear model sees little of them, on top of a weak linear trend.
 */
final class FraudPattern {
  /** Money transfer, electronics, jewellery, gambling: what can be turned into cash. */
  static final Set<Integer> CASH_LIKE = Set.of(4829, 5732, 5944, 7995);

  private static final double BASE = -6.6;
  private static final double SPEED_OF_A_JET = 900;

  private FraudPattern() {}

  /** The probability of fraud. */
  static double risk(Transaction it) {
    double logit = BASE;
    logit += 0.5 * Math.log(it.amount() / it.averageAmount());
    logit += it.foreign() ? 0.6 : 0;
    logit += it.online() ? 0.3 : 0;
    if (testsTheCard(it)) {
      logit += 6.5;
    }
    if (cashesOut(it)) {
      logit += 6;
    }
    if (isInTwoPlaces(it)) {
      logit += 7;
    }
    return 1 / (1 + Math.exp(-logit));
  }

  /** Small amounts online in quick succession, to see whether a stolen number works. */
  private static boolean testsTheCard(Transaction it) {
    return it.online() && it.amount() < 8 && it.transactionsLastHour() >= 4;
  }

  /** Far more than usual, at night, for something that is as good as cash. */
  private static boolean cashesOut(Transaction it) {
    return it.hour() < 6
        && it.amount() > 3 * it.averageAmount()
        && CASH_LIKE.contains(it.merchantCategory());
  }

  /** A copied stripe far from home, sooner after the last use than anyone travels. */
  private static boolean isInTwoPlaces(Transaction it) {
    return !it.online()
        && !it.chip()
        && it.distanceFromHome() / (it.secondsSinceLast() / 3600) > SPEED_OF_A_JET;
  }
}
