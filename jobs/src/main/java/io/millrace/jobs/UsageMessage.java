package io.millrace.jobs;

import java.util.List;
import org.apache.flink.configuration.GlobalConfiguration;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What is wrong with a command line, in one line without what may be a credential in it: {@code
 * -Dkafka.properties.sasl.jaas.config=...} falls into words where its quotes are forgotten, and the
 * password is one of them.
 */
public final class UsageMessage {
  private UsageMessage() {}

  /**
   * @param args the whole command line
   */
  public static String of(ParameterException exception, List<String> args) {
    String message =
        String.valueOf(exception.getMessage())
            .strip()
            .replaceAll("\\s*\\R\\s*", " ")
            .replaceFirst("(KEY=VALUE format) but was .*", "$1");
    if (!(exception instanceof UnmatchedArgumentException)) {
      return message;
    }
    if (args.stream().anyMatch(GlobalConfiguration::isSensitive)) {
      return message.replaceFirst(": .*", "") + ", not shown beside what may be a credential";
    }
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (equals > 0) {
        message = message.replace(arg, arg.substring(0, equals + 1) + "...");
      }
    }
    return message;
  }
}
