package io.millrace.jobs.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * docker/compose.yaml as Docker Compose reads it: anchors merged, variables at their defaults.
 *
 * @param services by their names, in the file's order
 * @param volumes the names of the volumes that the file declares
 */
record Compose(Map<String, Service> services, Set<String> volumes) {
  static final Path FILE = Path.of("..", "docker", "compose.yaml");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{[A-Z_]+:-([^}]*)}");

  /** One service; what the file does not say is empty. */
  record Service(
      String name,
      String image,
      String dockerfile,
      List<String> entrypoint,
      List<String> command,
      Map<String, String> environment,
      Map<String, String> dependsOn,
      List<String> volumes,
      List<String> ports,
      List<String> healthcheck,
      String restart,
      int replicas) {

    /** Whether it runs in an image of this repository. */
    boolean isOurs() {
      return image.startsWith("millrace:");
    }

    /** The settings for Flink that it gives to the entry point. */
    Map<String, String> flinkProperties() {
      Map<String, String> properties = new LinkedHashMap<>();
      environment
          .getOrDefault("FLINK_PROPERTIES", "")
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split(": ", 2))
          .forEach(entry -> properties.put(entry[0], entry[1]));
      return properties;
    }
  }

  static Compose read() throws IOException {
    return parse(Files.readString(FILE));
  }

  static Compose parse(String text) {
    String defaults = VARIABLE.matcher(text).replaceAll("$1");
    Map<?, ?> file = new Yaml(new SafeConstructor(new LoaderOptions())).load(defaults);
    Map<String, Service> services = new LinkedHashMap<>();
    map(file.get("services"))
        .forEach((name, service) -> services.put(text(name), service(text(name), map(service))));
    return new Compose(services, Set.copyOf(strings(map(file.get("volumes")).keySet())));
  }

  Service service(String name) {
    return Objects.requireNonNull(services.get(name), () -> "no service " + name);
  }

  private static Service service(String name, Map<?, ?> service) {
    Map<String, String> environment = new LinkedHashMap<>();
    map(service.get("environment"))
        .forEach((key, value) -> environment.put(text(key), text(value)));
    Map<String, String> dependsOn = new LinkedHashMap<>();
    if (service.get("depends_on") instanceof List<?> names) {
      names.forEach(other -> dependsOn.put(text(other), "service_started"));
    } else {
      map(service.get("depends_on"))
          .forEach((other, how) -> dependsOn.put(text(other), text(map(how).get("condition"))));
    }
    return new Service(
        name,
        text(service.get("image")),
        text(map(service.get("build")).get("dockerfile")),
        strings(service.get("entrypoint")),
        strings(service.get("command")),
        environment,
        dependsOn,
        strings(service.get("volumes")),
        strings(service.get("ports")),
        strings(map(service.get("healthcheck")).get("test")),
        text(service.get("restart")),
        map(service.get("deploy")).get("replicas") instanceof Integer count ? count : 1);
  }

  private static Map<?, ?> map(Object value) {
    return value == null ? Map.of() : (Map<?, ?>) value;
  }

  /** A command in one string would be taken apart by a shell's rules: lists only. */
  private static List<String> strings(Object value) {
    return value == null ? List.of() : ((Collection<?>) value).stream().map(Compose::text).toList();
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString();
  }
}
