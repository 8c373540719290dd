package io.millrace.jobs.demo;

import io.millrace.testing.models.SavedModels.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A network of dense layers that answers a probability: ReLU between the layers, a sigmoid at the
 * end. Without hidden layers it is a logistic regression. Learns by Adam (Kingma and Ba, 2015) on
 * the cross-entropy, a row at a time into a batch's gradient. Not thread-safe.
 */
final class Network {
  private static final double DECAY_1 = 0.9;
  private static final double DECAY_2 = 0.999;

  private final int[] sizes;

  /** For each layer the weights, row-major by input, then the bias. */
  private final float[][] parameters;

  private final float[][] gradients;
  private final float[][] firstMoments;
  private final float[][] secondMoments;

  /** What each layer answered, the input first. */
  private final float[][] activations;

  /** The loss by each layer's sums. */
  private final float[][] deltas;

  private int steps;

  /**
   * @param sizes inputs, then the outputs of each layer, the last being 1
   */
  Network(RandomGenerator random, int... sizes) {
    this.sizes = sizes.clone();
    int layers = sizes.length - 1;
    parameters = new float[layers][];
    gradients = new float[layers][];
    firstMoments = new float[layers][];
    secondMoments = new float[layers][];
    activations = new float[sizes.length][];
    deltas = new float[layers][];
    for (int layer = 0; layer < layers; layer++) {
      int count = (sizes[layer] + 1) * sizes[layer + 1];
      parameters[layer] = new float[count];
      gradients[layer] = new float[count];
      firstMoments[layer] = new float[count];
      secondMoments[layer] = new float[count];
      activations[layer + 1] = new float[sizes[layer + 1]];
      deltas[layer] = new float[sizes[layer + 1]];
      double spread = Math.sqrt(2.0 / sizes[layer]); // He et al., 2015
      for (int i = 0; i < sizes[layer] * sizes[layer + 1]; i++) {
        parameters[layer][i] = (float) (spread * random.nextGaussian());
      }
    }
  }

  /** The probability for one row of inputs. */
  float probability(float[] inputs) {
    activations[0] = inputs;
    for (int layer = 0; layer < parameters.length; layer++) {
      forward(layer);
    }
    return activations[parameters.length][0];
  }

  private void forward(int layer) {
    float[] in = activations[layer];
    float[] out = activations[layer + 1];
    float[] weights = parameters[layer];
    boolean last = layer == parameters.length - 1;
    System.arraycopy(weights, in.length * out.length, out, 0, out.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] != 0) {
        for (int j = 0; j < out.length; j++) {
          out[j] += in[i] * weights[i * out.length + j];
        }
      }
    }
    for (int j = 0; j < out.length; j++) {
      out[j] = last ? (float) (1 / (1 + Math.exp(-out[j]))) : Math.max(out[j], 0);
    }
  }

  /** Adds a row's gradient to that of the batch. */
  void learn(float[] inputs, boolean positive) {
    int top = parameters.length - 1;
    deltas[top][0] = probability(inputs) - (positive ? 1 : 0);
    for (int layer = top; layer >= 0; layer--) {
      backward(layer);
    }
  }

  private void backward(int layer) {
    float[] in = activations[layer];
    float[] delta = deltas[layer];
    float[] gradient = gradients[layer];
    int outputs = delta.length;
    for (int i = 0; i < in.length; i++) {
      float below = 0;
      for (int j = 0; j < outputs; j++) {
        gradient[i * outputs + j] += in[i] * delta[j];
        below += parameters[layer][i * outputs + j] * delta[j];
      }
      if (layer > 0) {
        deltas[layer - 1][i] = in[i] > 0 ? below : 0;
      }
    }
    for (int j = 0; j < outputs; j++) {
      gradient[in.length * outputs + j] += delta[j];
    }
  }

  /** Takes one step by the gradient of the batch, and forgets it. */
  void step(double rate, int batch) {
    steps++;
    double correction1 = 1 - Math.pow(DECAY_1, steps);
    double correction2 = 1 - Math.pow(DECAY_2, steps);
    for (int layer = 0; layer < parameters.length; layer++) {
      for (int i = 0; i < parameters[layer].length; i++) {
        double gradient = gradients[layer][i] / batch;
        double first = DECAY_1 * firstMoments[layer][i] + (1 - DECAY_1) * gradient;
        double second = DECAY_2 * secondMoments[layer][i] + (1 - DECAY_2) * gradient * gradient;
        firstMoments[layer][i] = (float) first;
        secondMoments[layer][i] = (float) second;
        parameters[layer][i] -=
            (float) (rate * first / correction1 / (Math.sqrt(second / correction2) + 1e-8));
        gradients[layer][i] = 0;
      }
    }
  }

  /** The layers as the exporter takes them. */
  List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int layer = 0; layer < parameters.length; layer++) {
      int outputs = sizes[layer + 1];
      float[][] weights = new float[sizes[layer]][outputs];
      for (int i = 0; i < weights.length; i++) {
        System.arraycopy(parameters[layer], i * outputs, weights[i], 0, outputs);
      }
      float[] bias = new float[outputs];
      System.arraycopy(parameters[layer], sizes[layer] * outputs, bias, 0, outputs);
      boolean last = layer == parameters.length - 1;
      layers.add(new Layer(weights, bias, last ? "Sigmoid" : "Relu"));
    }
    return layers;
  }
}
