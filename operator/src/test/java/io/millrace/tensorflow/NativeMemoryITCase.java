package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelSize;
import io.millrace.serving.MemoryDemand;
import io.millrace.testing.models.Node;
import io.millrace.testing.models.SavedModelWriter;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.SavedModels.Layer;
import io.millrace.testing.models.Tensors;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;

/** {@link MemoryDemand} against what processes of their own really take; prints the figures. */
class NativeMemoryITCase {
  private static final int ONE_MEGABYTE = 512;
  private static final int FIFTY_MEGABYTES = 3_600;
  private static final int TWO_HUNDRED_MEGABYTES = 7_200;

  @TempDir private Path folder;

  @Test
  void demand_ofVariables_isEnoughAndNotMuchMore() throws Exception {
    check(variables(ONE_MEGABYTE));
    check(variables(FIFTY_MEGABYTES));
    check(variables(TWO_HUNDRED_MEGABYTES));
  }

  @Test
  void demand_ofConstantsInTheGraph_isEnoughAndNotMuchMore() throws Exception {
    check(constants(FIFTY_MEGABYTES));
  }

  private Path variables(int width) {
    float[][] weights = new float[width][];
    for (int i = 0; i < width; i++) {
      weights[i] = numbers(width);
    }
    Path directory = folder.resolve("variables-" + width);
    return SavedModels.layers(directory, List.of(new Layer(weights, new float[width], "Relu")));
  }

  private Path constants(int width) {
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DataType.DT_FLOAT, -1, width);
    Node weights = model.constant("w", Tensors.floats(numbers(width * width), width, width));
    Node y =
        model
            .node("MatMul", "y")
            .input(x)
            .input(weights)
            .attr("T", DataType.DT_FLOAT)
            .attr("transpose_a", false)
            .attr("transpose_b", false);
    model.signature("serving_default").input("x", x, DataType.DT_FLOAT, -1, width);
    model.signature("serving_default").output("y", y, DataType.DT_FLOAT, -1, width);
    return model.write(folder.resolve("constants-" + width));
  }

  private static float[] numbers(int count) {
    Random random = new Random(count);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat();
    }
    return numbers;
  }

  /** Loads the model once and once more beside it, as at a switch. */
  private void check(Path model) throws Exception {
    List<Long> taken = probe(model, model);
    ModelSize size = size(model);
    for (int versions = 1; versions <= 2; versions++) {
      long bytes = taken.get(versions - 1);
      long demand = new MemoryDemand(size, versions, 1).bytes();
      System.out.printf(
          "%s: %s, %d loaded: %d MiB of native memory, demanded %d MiB%n",
          model.getFileName(), size, versions, bytes >> 20, demand >> 20);
      assertThat(demand).as(model + " x " + versions).isGreaterThan(bytes);
      assertThat(demand).isLessThan(bytes + bytes / 2);
    }
  }

  private static ModelSize size(Path model) throws IOException {
    ModelSize size = ModelSize.NONE;
    try (Stream<Path> files = Files.walk(model).filter(Files::isRegularFile)) {
      for (Path file : files.toList()) {
        size = size.plus(model.relativize(file).toString(), Files.size(file));
      }
    }
    return size;
  }

  private List<Long> probe(Path... models) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A heap that is there from the start, so that what is added is TensorFlow's.
    command.addAll(List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.add("-Dorg.bytedeco.javacpp.maxBytes=0");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(MemoryProbe.class.getName());
    for (Path model : models) {
      command.add(model.toString());
    }
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(Redirect.to(err.toFile()))
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(() -> read(err)).isZero();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(out).stream()
        .filter(line -> line.matches("[0-9]+"))
        .map(Long::valueOf)
        .toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
