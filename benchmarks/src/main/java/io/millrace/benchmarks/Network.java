package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The networks that are scored: {@code x float32[-1, 784] -> y float32[-1, 10]}. */
enum Network {
  /** That of the Crayfish benchmark: 28.6 k parameters. */
  FFNN("784-32-32-32-10", dense(7, 784, 32, 32, 32, 10)),
  /** 4.0 M parameters: the engine's own arithmetic outweighs everything else. */
  HEAVY("784-1024-1024-1024-1024-10", dense(8, 784, 1024, 1024, 1024, 1024, 10)),
  /** Two convolutions over 28 x 28 images. */
  CONVOLUTION("28x28 conv 3x3x8/2, conv 3x3x16/2, 576-10", convolution(9));

  static final int INPUTS = 784;
  static final int OUTPUTS = 10;

  private final String shape;
  private final List<Layer> layers;

  Network(String shape, List<Layer> layers) {
    this.shape = shape;
    this.layers = layers;
  }

  /** For people. */
  String shape() {
    return shape;
  }

  List<Layer> layers() {
    return layers;
  }

  private static List<Layer> dense(long seed, int... widths) {
    Random random = new Random(seed);
    List<Layer> layers = new ArrayList<>();
    for (int i = 1; i < widths.length; i++) {
      layers.add(dense(random, widths[i - 1], widths[i], i == widths.length - 1));
    }
    return List.copyOf(layers);
  }

  private static Layer dense(Random random, int inputs, int outputs, boolean last) {
    return new Layer.Dense(
        inputs,
        outputs,
        weights(random, inputs * outputs, inputs),
        weights(random, outputs, 100),
        last ? "Softmax" : "Relu");
  }

  private static List<Layer> convolution(long seed) {
    Random random = new Random(seed);
    return List.of(
        new Layer.ToImage(28),
        kernel(random, 1, 8),
        kernel(random, 8, 16),
        new Layer.ToRow(6 * 6 * 16),
        dense(random, 6 * 6 * 16, OUTPUTS, true));
  }

  private static Layer kernel(Random random, int inputs, int outputs) {
    return new Layer.Convolution(
        3,
        2,
        inputs,
        outputs,
        weights(random, 9 * inputs * outputs, 9 * inputs),
        weights(random, outputs, 100));
  }

  /** As wide as keeps the values of the next layer as far apart as those of this one. */
  private static float[] weights(Random random, int count, int fanIn) {
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) (random.nextGaussian() * Math.sqrt(2.0 / fanIn));
    }
    return weights;
  }
}
