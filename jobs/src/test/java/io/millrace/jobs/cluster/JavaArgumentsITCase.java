package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.processes.CommandResult;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaArgumentsITCase {
  @TempDir private Path folder;

  /** Prints its arguments, each with a null behind it. */
  static final class Echo {
    public static void main(String[] arguments) {
      for (String argument : arguments) {
        System.out.print(argument + "\0");
      }
    }
  }

  @Test
  void toFile_anyArgument_isWhatJavaReads() throws Exception {
    List<String> arguments =
        List.of("", "a b", "# no comment", "it's", "\"", "\\", "\\n", "a\nb\r\nc\t\f", "\\\"\\\n");
    URI classes = Echo.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    List<String> line = new ArrayList<>();
    line.addAll(List.of("-cp", Path.of(classes).toString(), Echo.class.getName()));
    line.addAll(arguments);
    Path file = Files.writeString(folder.resolve("args"), JavaArguments.toFile(line));

    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    CommandResult result =
        CommandResult.of(List.of(java, "@" + file), folder, Duration.ofMinutes(4));

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo(String.join("\0", arguments) + "\0");
  }
}
