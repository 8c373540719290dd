package io.millrace.jobs.cli;

import io.millrace.testing.processes.KafkaBroker;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A broker to try things with. */
@Command(
    name = "broker",
    description = "Runs a real Kafka broker in a process of its own, for this machine alone.",
    footer = {
      "",
      "Ctrl-C ends it. Topics are not created by use; records are kept until the data is deleted.",
      "",
      "Examples:",
      "  millrace demo broker",
      "  millrace demo broker --port 9192 --directory /var/tmp/kafka"
    })
final class DemoBrokerCommand implements Callable<Integer> {

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "Port on localhost (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Folder for its data, which the next broker goes on with (default: a temporary one that"
              + " is deleted at the end).")
  private @Nullable Path directory;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws CommandException, IOException {
    DemoCommand.requireOptionsBehind(spec);
    OptionChecks.requireRange(spec, "--port", port, 1_024, 65_535);
    Path folder = directory == null ? Files.createTempDirectory("millrace-broker") : directory;
    try (StopSignal stop = StopSignal.install()) {
      int exitCode = run(folder.toAbsolutePath().normalize());
      throw CommandException.failed(
          "the broker ended with exit code %d; its log is %s"
              .formatted(exitCode, folder.resolve("kafka.log")),
          null);
    } catch (BindException e) {
      throw CommandException.failed(e.getMessage() + "; --port chooses another", e);
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.DONE;
  }

  /** Blocks until the broker's process ends, or this thread is interrupted. */
  private int run(Path folder) throws IOException, InterruptedException {
    try (KafkaBroker broker = KafkaBroker.open(KafkaBroker.jars(), folder, port)) {
      Console.out(spec)
          .printf("Kafka at localhost:%d (data in %s); Ctrl-C ends it%n", port, folder);
      Console.out(spec).flush();
      return broker.awaitEnd();
    } catch (IOException | InterruptedException e) {
      if (directory == null) {
        FileUtils.deleteDirectoryQuietly(folder.toFile());
      }
      throw e;
    }
  }
}
