package io.millrace.jobs.demo;

import java.util.List;

/**
 * A card transaction, with what the issuer knows about the card at that moment.
 *
 * @param amount in euros
 * @param averageAmount of the card over the last weeks, in euros
 * @param merchantCategory a code of ISO 18245
 * @param country where it took place
 * @param distanceFromHome in kilometres, 0 if online
 * @param hour of the day, local time
 * @param secondsSinceLast since the card was last used
 * @param transactionsLastHour of the card, before this one
 * @param chip whether the chip was read, not the magnetic stripe
 * @param foreign whether the country is not the card's own
 */
record Transaction(
    long id,
    String card,
    float amount,
    float averageAmount,
    int merchantCategory,
    String country,
    float distanceFromHome,
    int hour,
    float secondsSinceLast,
    int transactionsLastHour,
    boolean chip,
    boolean online,
    boolean foreign) {

  /** The fields that the models take, in the order of their input vector. */
  static final List<String> FEATURES =
      List.of(
          "amount",
          "average_amount",
          "merchant_category",
          "distance_from_home",
          "hour",
          "seconds_since_last",
          "transactions_last_hour",
          "chip",
          "online",
          "foreign");

  /** The values of {@link #FEATURES}. */
  float[] features() {
    return new float[] {
      amount,
      averageAmount,
      merchantCategory,
      distanceFromHome,
      hour,
      secondsSinceLast,
      transactionsLastHour,
      chip ? 1 : 0,
      online ? 1 : 0,
      foreign ? 1 : 0
    };
  }
}
