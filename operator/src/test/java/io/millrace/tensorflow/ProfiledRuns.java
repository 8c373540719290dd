package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.Model;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import one.profiler.AsyncProfiler;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * A process of its own that runs a model while the profiler of Flink's web UI has it interrupted by
 * signals, as often as the kernel's clock allows, and prints how many were seen. Arguments: {@link
 * #MILLRACE} or {@link #BINDING}, the model, seconds.
 */
final class ProfiledRuns {
  /** Through Millrace. */
  static final String MILLRACE = "millrace";

  /** Through TensorFlow's own Java binding. */
  static final String BINDING = "binding";

  static final int INPUTS = 784;
  static final int ROWS = 96;

  private ProfiledRuns() {}

  @FunctionalInterface
  private interface Run {
    float once() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    Duration time = Duration.ofSeconds(Long.parseLong(arguments[2]));
    AsyncProfiler profiler = AsyncProfiler.getInstance();
    // Where native frames are walked, the profiler itself may fail.
    profiler.execute("start,event=itimer,interval=1ms,cstack=no,threads");
    if (arguments[0].equals(MILLRACE)) {
      try (Model model = Loaded.model(directory);
          Batch batch = Loaded.batch(model, ROWS)) {
        repeat(time, () -> run(batch));
      }
    } else {
      try (SavedModelBundle model = SavedModelBundle.load(directory.toString(), "serve");
          TFloat32 x = TFloat32.tensorOf(Shape.of(ROWS, INPUTS), data -> fill(data))) {
        repeat(time, () -> run(model, x));
      }
    }
    profiler.stop();
    System.out.println("samples: " + profiler.getSamples());
  }

  private static void repeat(Duration time, Run run) throws Exception {
    float first = run.once();
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      float result = run.once();
      if (result != first) {
        throw new IllegalStateException("a result of " + result + ": expected " + first);
      }
    }
  }

  private static float run(Batch batch) throws Exception {
    for (int row = 0; row < ROWS; row++) {
      batch.append(
          row,
          (number, target) -> {
            for (int i = 0; i < INPUTS; i++) {
              target.input(0).put(value(number, i));
            }
          });
    }
    batch.run(0, ROWS);
    float result = batch.prediction(ROWS - 1).output("y").getFloat(0);
    batch.clear();
    return result;
  }

  private static float run(SavedModelBundle model, TFloat32 x) {
    try (var results = model.call(Map.of("x", x))) {
      return ((TFloat32) results.get("y").orElseThrow()).getFloat(ROWS - 1, 0);
    }
  }

  private static void fill(TFloat32 data) {
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < INPUTS; i++) {
        data.setFloat(value(row, i), row, i);
      }
    }
  }

  private static float value(int row, int place) {
    return (row * 31 + place) % 17 / 17f;
  }
}
