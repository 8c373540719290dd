package io.millrace.jobs.deployment;

import io.millrace.jobs.FlinkKeys;
import io.millrace.jobs.cli.CommandLines;
import io.millrace.jobs.deployment.Compose.Service;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;

/** What would keep a compose file from coming up, beyond its schema. */
final class ComposeProblems {
  private static final Set<String> ROLES = Set.of("jobmanager", "taskmanager");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern CLASS = Pattern.compile("-c (\\S+)");

  private final Compose compose;
  private final List<String> problems = new ArrayList<>();

  private ComposeProblems(Compose compose) {
    this.compose = compose;
  }

  static List<String> of(String text) {
    ComposeProblems problems = new ComposeProblems(Compose.parse(text));
    problems.variables(text);
    for (Service service : problems.compose.services().values()) {
      problems.image(service);
      problems.dependencies(service);
      problems.volumes(service);
      problems.ports(service);
      problems.flinkProperties(service);
      if (service.isOurs()) {
        problems.command(service);
      }
    }
    problems.builds();
    problems.kafka();
    problems.hdfs();
    problems.s3();
    return problems.problems;
  }

  private void variables(String text) {
    for (MatchResult variable : VARIABLE.matcher(text).results().toList()) {
      if (!variable.group(1).contains(":-")) {
        problems.add(variable.group() + " has no default");
      }
    }
  }

  private void image(Service service) {
    String[] parts = service.image().split(":");
    if (parts.length != 2 || parts[1].equals("latest")) {
      problems.add(service.name() + ": image '" + service.image() + "' has no tag");
    }
    if (!Files.exists(Path.of("..", service.dockerfile()))) {
      problems.add(service.name() + ": no file " + service.dockerfile());
    }
  }

  /** Two that build one tag at once get in each other's way. */
  private void builds() {
    List<String> builders =
        compose.services().values().stream()
            .filter(service -> !service.dockerfile().isEmpty())
            .map(Service::name)
            .toList();
    if (builders.size() != 1) {
      problems.add("built by " + builders + ": expected one service");
    }
  }

  private void dependencies(Service service) {
    service
        .dependsOn()
        .forEach(
            (name, condition) -> {
              Service other = compose.services().get(name);
              if (other == null) {
                problems.add(service.name() + ": depends on '" + name + "', which is no service");
              } else if (condition.equals("service_healthy") && other.healthcheck().isEmpty()) {
                problems.add(service.name() + ": '" + name + "' has no health check");
              } else if (condition.equals("service_completed_successfully")
                  && !other.restart().isEmpty()) {
                problems.add(service.name() + ": '" + name + "' is started again when it ends");
              }
            });
  }

  private void volumes(Service service) {
    for (String volume : service.volumes()) {
      String source = volume.split(":")[0];
      boolean exists =
          source.startsWith("./")
              ? Files.exists(Path.of("..", "docker").resolve(source))
              : compose.volumes().contains(source);
      if (!exists) {
        problems.add(service.name() + ": volume '" + source + "' does not exist");
      }
    }
  }

  /** Nothing has a password that is worth the name. */
  private void ports(Service service) {
    for (String port : service.ports()) {
      if (!port.startsWith("127.0.0.1:")) {
        problems.add(service.name() + ": port " + port + " is open to other machines");
      }
    }
  }

  private void flinkProperties(Service service) {
    for (String key : service.flinkProperties().keySet()) {
      if (!FlinkKeys.contains(key)) {
        problems.add(service.name() + ": Flink has no key '" + key + "'");
      }
    }
  }

  private void command(Service service) {
    List<String> command = service.command();
    String program = command.isEmpty() ? "" : command.get(0);
    switch (program) {
      case "jobmanager", "taskmanager" -> {
        // A role: without arguments here.
      }
      case "millrace" -> {
        try {
          CommandLines.parse(command.subList(1, command.size()));
        } catch (ParameterException e) {
          problems.add(service.name() + ": " + e.getMessage());
        }
      }
      case "sh" -> classes(service);
      default -> problems.add(service.name() + ": '" + program + "' is no command of the image");
    }
    if (ROLES.contains(program) && service.healthcheck().isEmpty()) {
      problems.add(service.name() + ": a " + program + " without a health check");
    }
  }

  private void classes(Service service) {
    for (MatchResult option :
        CLASS.matcher(String.join(" ", service.command())).results().toList()) {
      String name = option.group(1);
      if (name.startsWith("io.millrace")) {
        try {
          Class.forName(name, false, getClass().getClassLoader());
        } catch (ClassNotFoundException e) {
          problems.add(service.name() + ": no class " + name);
        }
      }
    }
  }

  /** A broker sends its clients to what it advertises. */
  private void kafka() {
    String advertised =
        compose.service("kafka").environment().getOrDefault("KAFKA_ADVERTISED_LISTENERS", "");
    for (Service service : compose.services().values()) {
      for (String argument : service.command()) {
        if (argument.startsWith("--bootstrap-servers=")) {
          String address = argument.substring(argument.indexOf('=') + 1);
          if (!advertised.contains("PLAINTEXT://" + address)) {
            problems.add(service.name() + ": kafka does not advertise " + address);
          }
        }
      }
    }
  }

  private void hdfs() {
    String fileSystem =
        compose.service("namenode").environment().getOrDefault("CORE-SITE.XML_fs.defaultFS", "");
    for (Service service : compose.services().values()) {
      for (String argument : service.command()) {
        if (argument.contains("hdfs://") && !argument.contains(fileSystem + "/")) {
          problems.add(service.name() + ": " + argument + " is not below " + fileSystem);
        }
      }
    }
  }

  private void s3() {
    Map<String, String> flink = compose.service("taskmanager").flinkProperties();
    Map<String, String> server = compose.service("s3").environment();
    if (!Objects.equals(flink.get("s3.access-key"), server.get("MINIO_ROOT_USER"))
        || !Objects.equals(flink.get("s3.secret-key"), server.get("MINIO_ROOT_PASSWORD"))) {
      problems.add("s3: other keys than in FLINK_PROPERTIES");
    }
    List<String> bucket = compose.service("bucket").entrypoint();
    for (String key :
        List.of("execution.checkpointing.dir", "execution.checkpointing.savepoint-dir")) {
      String name = URI.create(flink.getOrDefault(key, "")).getHost();
      if (!bucket.contains("s3/" + name)) {
        problems.add("bucket: nobody creates '" + name + "' of " + key);
      }
    }
    Service jobManager = compose.service("jobmanager");
    if (!jobManager.flinkProperties().equals(flink)) {
      problems.add("jobmanager: other FLINK_PROPERTIES than taskmanager");
    }
  }
}
