package io.millrace.testing.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakTest {
  private static final Growth LIMITS = new Growth(1024, 1 << 20, 0, 0);
  private static final int SAMPLES = 100;
  private static final int STEPS_A_SAMPLE = 20;
  private static final double NOISE_BYTES = 400 << 10;
  private static final long SETTLED = 300 << 20;

  @TempDir private Path folder;

  /** A warm-up that takes memory, then noise and what the function adds for each step. */
  private static Soak soak(long seed, IntToDoubleFunction leaked, int threadsFrom) {
    Random random = new Random(seed);
    Soak soak = new Soak();
    for (int i = 1; i <= SAMPLES; i++) {
      int step = i * STEPS_A_SAMPLE;
      double warmUp = Math.min(1, i / 20.0) * (40 << 20);
      // A sample now and then meets a model that is being closed, a thread that is about to end.
      boolean disturbed = random.nextInt(10) == 0;
      double noise = random.nextGaussian() * NOISE_BYTES + (disturbed ? 8 << 20 : 0);
      soak.add(
          new Holdings(
              step,
              (long) (SETTLED + warmUp + noise + leaked.applyAsDouble(step)),
              50 << 20,
              (disturbed ? 31 : 30) + (i >= threadsFrom ? 1 : 0),
              14));
    }
    return soak;
  }

  @Test
  void growth_ofNoiseAlone_isWithinTheLimits() {
    for (long seed = 1; seed <= 200; seed++) {
      Growth growth = soak(seed, step -> 0, Integer.MAX_VALUE).growth();
      assertThat(growth.beyond(LIMITS)).as("seed %d: %s", seed, growth).isEmpty();
    }
  }

  @Test
  void growth_ofALeakOf2KiBAStep_isFoundWhateverTheNoise() {
    for (long seed = 1; seed <= 200; seed++) {
      Growth growth = soak(seed, step -> step * 2048.0, Integer.MAX_VALUE).growth();
      assertThat(growth.beyond(LIMITS))
          .as("seed %d: %s", seed, growth)
          .singleElement()
          .asString()
          .startsWith("resident bytes a step: grew by ");
    }
  }

  @Test
  void growth_ofOneThreadThatStays_isFound() {
    Growth growth = soak(7, step -> 0, 60).growth();
    assertThat(growth.beyond(LIMITS)).containsExactly("threads: grew by 1.0, expected up to 0.0");
  }

  @Test
  void growth_ofTheWarmUp_doesNotCount() {
    Soak soak = new Soak();
    for (int i = 1; i <= SAMPLES; i++) {
      boolean warm = i > SAMPLES / 5;
      soak.add(new Holdings(i, warm ? SETTLED : i, warm ? 60 : 1, warm ? 30 : 5, warm ? 14 : 3));
    }
    assertThat(soak.growth()).isEqualTo(new Growth(0, 0, 0, 0));
  }

  @Test
  void growth_ofAFewSamples_isNotGiven() {
    Soak soak = new Soak();
    soak.add(new Holdings(1, 1, 1, 1, 1));
    assertThatThrownBy(soak::growth).hasMessage("1 samples: expected 12 or more");
    assertThatThrownBy(() -> soak.add(new Holdings(1, 1, 1, 1, 1))).hasMessage("step 1 after 1");
  }

  @Test
  void beyond_figuresThatAreNoNumbers_areBeyondAnyLimit() {
    assertThat(new Growth(Double.NaN, 0, 0, 0).beyond(LIMITS)).hasSize(1);
  }

  @Test
  void writeCsv_writesWhatParseReads() throws Exception {
    Soak soak = soak(1, step -> 0, Integer.MAX_VALUE);
    Path file = folder.resolve("new/soak.csv");
    soak.writeCsv(file);
    assertThat(Files.readAllLines(file))
        .hasSize(1 + SAMPLES)
        .startsWith(Holdings.CSV_HEADER)
        .last()
        .satisfies(
            line -> assertThat(Holdings.parse(line)).isEqualTo(soak.samples().get(SAMPLES - 1)));
    assertThatThrownBy(() -> Holdings.parse("1,2")).hasMessageContaining("has 2 columns");
  }

  @Test
  void ofThisProcess_seesWhatIsHeld() throws Exception {
    Holdings before = Holdings.ofThisProcess(1);
    assertThat(before.residentBytes()).isGreaterThan(before.metaspaceBytes());
    assertThat(before.metaspaceBytes()).isPositive();
    assertThat(before.threads()).isPositive();
    try (var file = Files.newInputStream(Files.createFile(folder.resolve("open")))) {
      assertThat(Holdings.ofThisProcess(2).descriptors()).isGreaterThan(before.descriptors() - 1);
      assertThat(file.read()).isNegative();
    }
  }
}
