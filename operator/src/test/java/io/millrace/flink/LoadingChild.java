package io.millrace.flink;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.tensorflow.TensorFlowEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * A process that loads and warms up one version after the other, as a job does, for as long as none
 * of them ends it: then {@link #load} starts another.
 */
final class LoadingChild implements AutoCloseable {
  static final String LOADED = "loaded";
  static final String REFUSED = "refused ";

  /** What became of the process itself. */
  static final String ENDED = "ended the process";

  static final String HUNG = "hung";

  private static final String THREW = "threw ";
  private static final String ANSWER = "answer: ";
  private static final String END = "end";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Path roots;
  private @Nullable Process process;
  private BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  LoadingChild(Path roots) {
    this.roots = roots;
  }

  /**
   * @return LOADED, REFUSED and the reason, ENDED or HUNG
   * @throws AssertionError if it threw what no model may make it throw
   */
  String load(URI version) throws IOException, InterruptedException {
    Process child = process == null || !process.isAlive() ? start() : process;
    try {
      OutputStream in = child.getOutputStream();
      in.write((version + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException e) {
      // It is gone: its output ends, too.
    }
    String answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (answer == null || answer.equals(END)) {
      close();
      return answer == null ? HUNG : ENDED;
    }
    if (answer.startsWith(THREW)) {
      throw new AssertionError(version + ": " + answer);
    }
    return answer;
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.add("-Dorg.bytedeco.javacpp.maxBytes=0");
    command.add("-XX:-CreateCoredumpOnCrash");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(LoadingChild.class.getName(), roots.toString()));
    Process child =
        new ProcessBuilder(command)
            .directory(roots.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    Thread reader = new Thread(() -> read(child, heard), "loading child");
    reader.setDaemon(true);
    reader.start();
    answers = heard;
    process = child;
    return child;
  }

  private static void read(Process child, BlockingQueue<String> heard) {
    try (BufferedReader out = child.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith(ANSWER)) {
          heard.add(line.substring(ANSWER.length()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      heard.add(END);
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  /** Answers each line of standard input, a version's location, with a line. */
  public static void main(String[] args) throws Exception {
    Path roots = Path.of(args[0]);
    Configuration config = new Configuration();
    config.set(InferenceOptions.NAME, "m");
    ModelLoader loader =
        new ModelLoader(
            InferenceSettings.of(config, List.of(roots.toString()), 1, true),
            "slot",
            FileSystemModelStore.of(List.of(roots.toString()), roots.resolve("copies")),
            TensorFlowEngine.create());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      // Behind whatever native code has begun to print.
      System.out.print("\n" + ANSWER + answer(loader, URI.create(line)) + "\n");
      System.out.flush();
    }
  }

  private static String answer(ModelLoader loader, URI version) throws InterruptedException {
    try {
      loader.load(new Publish("m", 1, version, null, 1, true, null), null).close();
      return LOADED;
    } catch (ModelException e) {
      return REFUSED + e.reason();
    } catch (RuntimeException e) {
      return THREW + e;
    }
  }
}
