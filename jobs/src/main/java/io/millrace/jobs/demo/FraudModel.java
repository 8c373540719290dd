package io.millrace.jobs.demo;

import io.millrace.testing.models.TabularClassifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A fraud model trained on generated transactions. The first version is what a team starts with: a
 * logistic regression on a few fields and a small sample. The second is a network on all of them.
 */
final class FraudModel {
  /** Name of the models' output. */
  static final String OUTPUT = "fraud";

  private static final Set<String> FIRST_FIELDS = Set.of("amount", "hour", "online", "foreign");
  private static final int BATCH = 64;

  private final Preparation preparation;
  private final Network network;

  private FraudModel(Preparation preparation, Network network) {
    this.preparation = preparation;
    this.network = network;
  }

  /** A logistic regression on four fields of 10,000 transactions. */
  static FraudModel first(long seed) {
    return train(seed, 10_000, 5, 0.01, FIRST_FIELDS);
  }

  /** A network with two hidden layers on all fields of 60,000 transactions. */
  static FraudModel second(long seed) {
    return train(seed, 60_000, 8, 0.004, Set.copyOf(Transaction.FEATURES), 24, 12);
  }

  /**
   * Trains both and writes them to the folders 1 and 2 of a local folder.
   *
   * @param seed of transactions; those that are scored should have another
   */
  static void exportVersions(long seed, Path folder) {
    first(seed + 1).export(folder.resolve("1"));
    second(seed + 2).export(folder.resolve("2"));
  }

  private static FraudModel train(
      long seed, int size, int epochs, double rate, Set<String> fields, int... hidden) {
    TransactionGenerator generator = new TransactionGenerator(seed);
    List<float[]> rows = new ArrayList<>(size);
    boolean[] labels = new boolean[size];
    for (int i = 0; i < size; i++) {
      LabelledTransaction it = generator.next();
      rows.add(it.transaction().features());
      labels[i] = it.fraud();
    }
    Preparation preparation = Preparation.fit(rows, fields);
    rows.replaceAll(preparation::apply);

    int[] sizes = new int[hidden.length + 2];
    sizes[0] = preparation.inputs();
    System.arraycopy(hidden, 0, sizes, 1, hidden.length);
    sizes[hidden.length + 1] = 1;
    SplittableRandom random = new SplittableRandom(seed);
    Network network = new Network(random, sizes);
    int steps = epochs * size / BATCH;
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < BATCH; i++) {
        int row = random.nextInt(size);
        network.learn(rows.get(row), labels[row]);
      }
      network.step(rate * (1 - 0.95 * step / steps), BATCH);
    }
    return new FraudModel(preparation, network);
  }

  /** The probability of fraud, as the exported model answers it. */
  float probability(Transaction transaction) {
    return network.probability(preparation.apply(transaction.features()));
  }

  /** Writes {@code x float32[-1, 10] -> fraud float32[-1]} into a version's directory. */
  Path export(Path directory) {
    float[] categories = new float[TransactionGenerator.CATEGORIES.size()];
    for (int i = 0; i < categories.length; i++) {
      categories[i] = TransactionGenerator.CATEGORIES.get(i);
    }
    return new TabularClassifier(
            preparation.mean(),
            preparation.scale(),
            preparation.logMean(),
            preparation.logScale(),
            Preparation.CATEGORY,
            categories,
            network.layers())
        .write(directory, OUTPUT);
  }
}
