package io.millrace.testing.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * One broker for all tests of this process that do it no harm, and whose topics have names of their
 * own. It is started when it is first asked for, and ends with the process: starting one takes more
 * of the processors than most tests that need one.
 */
public final class SharedBroker {
  private static @Nullable KafkaBroker broker;

  private SharedBroker() {}

  /** The broker; not to be closed. */
  public static synchronized KafkaBroker get() throws IOException, InterruptedException {
    if (broker == null) {
      Path folder = Files.createTempDirectory("millrace-broker");
      KafkaBroker started = KafkaBroker.start(KafkaBroker.jars(), folder);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started, folder)));
      broker = started;
    }
    return broker;
  }

  private static void end(KafkaBroker broker, Path folder) {
    try {
      broker.kill();
      broker.close();
      Utils.delete(folder.toFile());
    } catch (IOException e) {
      // The folder is one for temporary files.
    }
  }
}
