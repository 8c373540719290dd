package io.millrace.jobs.demo;

import java.util.List;
import java.util.Set;

/**
 * How raw features become what a network learns from; the same arithmetic stands in the exported
 * graph. Quantities are standardised, those with a long tail by their logarithm too, and the
 * merchant category becomes one input for each code.
 */
record Preparation(float[] mean, float[] scale, float[] logMean, float[] logScale) {
  static final int CATEGORY = Transaction.FEATURES.indexOf("merchant_category");

  private static final Set<String> LONG_TAILED =
      Set.of("amount", "average_amount", "distance_from_home", "seconds_since_last");

  /**
   * Fits to a sample.
   *
   * @param used features that the network is to see; all others are scaled to 0
   */
  static Preparation fit(List<float[]> sample, Set<String> used) {
    int columns = Transaction.FEATURES.size();
    Preparation it =
        new Preparation(
            new float[columns], new float[columns], new float[columns], new float[columns]);
    for (int column = 0; column < columns; column++) {
      String name = Transaction.FEATURES.get(column);
      if (used.contains(name) && column != CATEGORY) {
        it.fitColumn(sample, column, false, it.mean, it.scale);
        if (LONG_TAILED.contains(name)) {
          it.fitColumn(sample, column, true, it.logMean, it.logScale);
        }
      }
    }
    return it;
  }

  private void fitColumn(
      List<float[]> sample, int column, boolean logarithm, float[] means, float[] scales) {
    double sum = 0;
    double squares = 0;
    for (float[] row : sample) {
      double value = logarithm ? log(row[column]) : row[column];
      sum += value;
      squares += value * value;
    }
    double average = sum / sample.size();
    double variance = squares / sample.size() - average * average;
    means[column] = (float) average;
    scales[column] = (float) (1 / Math.sqrt(variance + 1e-9));
  }

  /** How many inputs a row of features becomes. */
  int inputs() {
    return 2 * mean.length + TransactionGenerator.CATEGORIES.size();
  }

  float[] apply(float[] features) {
    int columns = features.length;
    float[] inputs = new float[inputs()];
    for (int i = 0; i < columns; i++) {
      inputs[i] = (features[i] - mean[i]) * scale[i];
      inputs[columns + i] = (log(features[i]) - logMean[i]) * logScale[i];
    }
    int category = TransactionGenerator.CATEGORIES.indexOf((int) features[CATEGORY]);
    if (category >= 0) {
      inputs[2 * columns + category] = 1;
    }
    return inputs;
  }

  private static float log(float value) {
    return (float) Math.log1p(Math.max(value, 0));
  }
}
