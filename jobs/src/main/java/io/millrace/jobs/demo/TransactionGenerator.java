package io.millrace.jobs.demo;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * An endless stream of card transactions with labels; the same seed gives the same stream. Most are
 * everyday payments; the rest are journeys, bursts of small payments and large purchases, of which
 * {@link FraudPattern} makes some fraud.
 */
final class TransactionGenerator {
  /** Groceries, restaurants, fuel, clothes, pharmacy, and {@link FraudPattern#CASH_LIKE}. */
  static final List<Integer> CATEGORIES =
      List.of(5411, 5812, 5541, 5651, 5912, 4829, 5732, 5944, 7995);

  private static final int EVERYDAY_CATEGORIES = 5;
  private static final List<String> COUNTRIES =
      List.of("DE", "FR", "NL", "ES", "IT", "PL", "GB", "US", "BR", "TH");
  private static final int CARDS = 5_000;

  private final RandomGenerator random;
  private final String[] numbers = new String[CARDS];
  private final int[] homes = new int[CARDS];
  private final double[] averages = new double[CARDS];
  private long next;

  TransactionGenerator(long seed) {
    this(seed, 0);
  }

  /**
   * @param firstId the number of the first transaction
   */
  TransactionGenerator(long seed, long firstId) {
    this.next = firstId;
    this.random = new SplittableRandom(seed);
    for (int card = 0; card < CARDS; card++) {
      numbers[card] = "%016x".formatted(random.nextLong());
      homes[card] = random.nextInt(COUNTRIES.size());
      averages[card] = 35 * Math.exp(0.5 * random.nextGaussian());
    }
  }

  LabelledTransaction next() {
    int card = random.nextInt(CARDS);
    double kind = random.nextDouble();
    Draft draft = new Draft(averages[card]);
    if (kind < 0.05) {
      travel(draft);
    } else if (kind < 0.09) {
      burst(draft);
    } else if (kind < 0.13) {
      splurge(draft);
    }
    Transaction transaction = draft.build(next++, card);
    double risk = FraudPattern.risk(transaction);
    return new LabelledTransaction(transaction, risk, random.nextDouble() < risk);
  }

  private void travel(Draft draft) {
    draft.online = false;
    draft.chip = random.nextDouble() < 0.6;
    draft.foreign = random.nextDouble() < 0.8;
    draft.distance = 300 + 6000 * Math.pow(random.nextDouble(), 2);
    if (random.nextDouble() < 0.5) {
      draft.secondsSinceLast = 60 + 1800 * random.nextDouble();
    }
  }

  private void burst(Draft draft) {
    draft.online = true;
    draft.amount = 0.5 + 20 * random.nextDouble();
    draft.transactionsLastHour = 2 + random.nextInt(8);
    draft.secondsSinceLast = 5 + 120 * random.nextDouble();
  }

  private void splurge(Draft draft) {
    draft.amount = draft.average * (1.5 + 6 * random.nextDouble());
    draft.category = random.nextInt(EVERYDAY_CATEGORIES, CATEGORIES.size());
    draft.hour = random.nextInt(24);
  }

  /** An everyday payment, until a scheme changes it. */
  private final class Draft {
    final double average;
    double amount;
    int category = random.nextInt(random.nextDouble() < 0.9 ? EVERYDAY_CATEGORIES : 9);
    boolean online = random.nextDouble() < 0.2;
    boolean chip = random.nextDouble() < 0.85;
    boolean foreign = random.nextDouble() < 0.03;
    double distance = Math.exp(1.2 + random.nextGaussian());
    int hour = Math.floorMod((int) Math.round(14 + 4 * random.nextGaussian()), 24);
    double secondsSinceLast = 20_000 * random.nextExponential();
    int transactionsLastHour = (int) Math.min(3, 0.5 * random.nextExponential());

    Draft(double average) {
      this.average = average;
      this.amount = average * Math.exp(0.6 * random.nextGaussian());
    }

    Transaction build(long id, int card) {
      int home = homes[card];
      int country = foreign ? (home + 1 + random.nextInt(9)) % COUNTRIES.size() : home;
      return new Transaction(
          id,
          numbers[card],
          cents(amount),
          cents(average),
          CATEGORIES.get(category),
          COUNTRIES.get(country),
          online ? 0 : (float) Math.rint(distance),
          hour,
          (float) Math.rint(1 + secondsSinceLast),
          transactionsLastHour,
          chip && !online,
          online,
          foreign);
    }

    private static float cents(double euros) {
      return (float) (Math.rint(euros * 100) / 100);
    }
  }
}
