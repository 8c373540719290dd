package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThreadPriorityTest {
  // man 5 proc: the nice value is the 19th field; the second, the name, stands in parentheses.
  private static int nice() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void lower_isOfTheThreadAndThoseItStarts_andOfNoOther() throws InterruptedException {
    int before = nice();
    assumeThat(before).as("nice value that can be raised").isLessThan(19);
    AtomicInteger lowered = new AtomicInteger();
    AtomicInteger child = new AtomicInteger();
    run(
        () -> {
          ThreadPriority.lower();
          lowered.set(nice());
          run(() -> child.set(nice()));
        });
    AtomicInteger other = new AtomicInteger();
    run(() -> other.set(nice()));

    assertThat(lowered.get()).isGreaterThan(before);
    assertThat(child).hasValue(lowered.get());
    assertThat(other).hasValue(before);
    assertThat(nice()).isEqualTo(before);
  }

  private static void run(Runnable action) {
    Thread thread = new Thread(action);
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
