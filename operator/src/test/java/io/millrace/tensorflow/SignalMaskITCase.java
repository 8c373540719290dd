package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.SavedModels.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignalMaskITCase {
  private static final int SEGV = 11;
  private static final int USR2 = 12;
  private static final int VTALRM = 26;
  private static final int PROF = 27;

  private static final int UNITS = 10;
  private static final int SECONDS = 10;
  private static final String SAMPLES = "samples: ";

  /** What glibc, the JVM, or the run itself says. */
  private static final String[] HURT = {
    "malloc", "free()", "corrupt", "SIGSEGV", "SIGABRT", "SIGBUS", "a result of"
  };

  @TempDir private Path folder;

  /** On any CPU, oneDNN's kernels or not. */
  @Test
  void mask_betweenBeginAndEnd_hasAllButWhatAnInstructionCauses() throws IOException {
    long before = blocked();
    try (SignalMask mask = new SignalMask()) {
      mask.begin();
      long within = blocked();
      mask.end();
      assertThat(blocked()).isEqualTo(before);
      for (int signal : new int[] {USR2, PROF, VTALRM}) {
        assertThat(within >>> signal - 1 & 1).as("signal " + signal).isOne();
        assertThat(before >>> signal - 1 & 1).as("signal " + signal).isZero();
      }
      assertThat(within >>> SEGV - 1 & 1).isZero();
    }
  }

  /** The signals that are kept from this thread, that of number 1 as the lowest bit. */
  private static long blocked() throws IOException {
    return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
        .filter(line -> line.startsWith("SigBlk:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(line.indexOf('\t') + 1), 16))
        .sum();
  }

  @Test
  void model_underAProfilerThatSendsSignals_goesOnScoring() throws Exception {
    Path model = wide();
    Path log = folder.resolve("millrace.txt");
    assertThat(run(ProfiledRuns.MILLRACE, model, log)).as(() -> read(log)).isZero();
    assertThat(samples(log)).isGreaterThan(100);
  }

  /** That it is hard: the process ends, or answers otherwise, where oneDNN has kernels for it. */
  @Test
  void sameModel_runByTheBindingItself_doesNotBearIt() throws Exception {
    Path log = folder.resolve("binding.txt");
    int code = run(ProfiledRuns.BINDING, wide(), log);
    System.out.println("TensorFlow's binding under a profiler: exit code " + code);
    assumeThat(code).as("TensorFlow is not hurt by signals on this CPU").isNotZero();
    assertThat(log).content().containsAnyOf(HURT).doesNotContain(SAMPLES);
  }

  private Path wide() {
    Random random = new Random(1);
    float[][] weights = new float[ProfiledRuns.INPUTS][UNITS];
    for (float[] row : weights) {
      for (int i = 0; i < UNITS; i++) {
        row[i] = random.nextFloat() - 0.5f;
      }
    }
    return SavedModels.layers(
        folder.resolve("wide"), List.of(new Layer(weights, new float[UNITS], "Identity")));
  }

  private int run(String how, Path model, Path log) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:-CreateCoredumpOnCrash"));
    // What is to write of a crash may wait for the lock of the heap that is damaged.
    command.add("-XX:ErrorLogTimeout=10");
    command.add("-XX:ErrorFile=" + folder.resolve("hs_err.log"));
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.add("-Dorg.bytedeco.javacpp.maxBytes=0");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ProfiledRuns.class.getName());
    command.addAll(List.of(how, model.toString(), String.valueOf(SECONDS)));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static long samples(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .filter(line -> line.startsWith(SAMPLES))
        .mapToLong(line -> Long.parseLong(line.substring(SAMPLES.length())))
        .sum();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
