package io.millrace.jobs.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.jobs.ConfigurationException;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The process that measures: one for each number of intra-op threads, which TensorFlow fixes for a
 * whole process. Takes orders from standard input and ends with it, so that none outlives the
 * command.
 */
final class Worker {
  private static final ObjectMapper JSON = new ObjectMapper();

  private @Nullable BareEngine engine;
  private @Nullable Task task;
  private @Nullable Pipelines pipelines;
  private List<Cell> cells = List.of();

  private Worker() {}

  public static void main(String[] args) throws IOException {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err); // Whoever prints must not be taken for an answer.
    Worker worker = new Worker();
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      Order.Answer answer = worker.answer(JSON.readValue(line, Order.class));
      answers.println(JSON.writeValueAsString(answer));
    }
    // Neither Flink nor TensorFlow has anything to save.
    Runtime.getRuntime().halt(0);
  }

  private Order.Answer answer(Order order) {
    try {
      return new Order.Answer(carryOut(order), null, false);
    } catch (ConfigurationException e) {
      return new Order.Answer(null, String.valueOf(e.getMessage()), true);
    } catch (Exception e) {
      e.printStackTrace();
      String message = e.getMessage();
      return new Order.Answer(null, message == null ? e.toString() : message, false);
    }
  }

  private @Nullable Object carryOut(Order order) throws Exception {
    return switch (order.kind()) {
      case OPEN -> open(order);
      case CALL -> engine().callNanos(order.cells().get(0));
      case START -> start(order.cells());
      case LOOP -> engine().loopPerSecond(order.cells().get(0), order.nanos());
      case TURN -> turn(order.index(), order.nanos());
    };
  }

  private BareEngine engine() {
    return Objects.requireNonNull(engine, "not open");
  }

  private Order.Opened open(Order order) throws Exception {
    Task opened = Objects.requireNonNull(order.task(), "task");
    BareEngine bare = new BareEngine(opened, order.cells().get(0).threads());
    task = opened;
    engine = bare;
    return new Order.Opened(bare.takesBatches(), bare.samples().size());
  }

  private @Nullable Object start(List<Cell> ordered) throws Exception {
    cells = ordered;
    pipelines =
        Pipelines.start(Objects.requireNonNull(task, "not open"), ordered, engine().samples());
    return null;
  }

  /** Half of the time goes to the operator, a quarter each to the two bare forms. */
  private Turn turn(int index, long nanos) throws Exception {
    Cell cell = cells.get(index);
    Turn operator = Objects.requireNonNull(pipelines, "not started").run(index, nanos / 2);
    return new Turn(
        operator.perSecond(),
        operator.cpuMicros(),
        operator.p50Micros(),
        operator.p99Micros(),
        engine().loopPerSecond(cell, nanos / 4),
        engine().callPerSecond(cell, nanos / 4));
  }
}
