package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NetworkTest {

  @Test
  void step_learnsWhatNoLinearModelCan() {
    float[][] inputs = {{-1, -1}, {-1, 1}, {1, -1}, {1, 1}};
    boolean[] exclusiveOr = {false, true, true, false};
    Network network = new Network(new SplittableRandom(3), 2, 8, 1);

    for (int step = 0; step < 2_000; step++) {
      for (int i = 0; i < inputs.length; i++) {
        network.learn(inputs[i], exclusiveOr[i]);
      }
      network.step(0.01, inputs.length);
    }

    for (int i = 0; i < inputs.length; i++) {
      assertThat(network.probability(inputs[i]) > 0.5).isEqualTo(exclusiveOr[i]);
    }
  }

  @Test
  void layers_areTheNetwork() {
    Network network = new Network(new SplittableRandom(5), 2, 3, 1);
    float[] input = {0.5f, -2};

    var layers = network.layers();
    double sum = layers.get(1).bias()[0];
    for (int j = 0; j < 3; j++) {
      double hidden = layers.get(0).bias()[j];
      for (int i = 0; i < 2; i++) {
        hidden += input[i] * layers.get(0).weights()[i][j];
      }
      sum += Math.max(hidden, 0) * layers.get(1).weights()[j][0];
    }

    double expected = 1 / (1 + Math.exp(-sum));
    assertThat((double) network.probability(input)).isEqualTo(expected, within(1e-6));
  }
}
