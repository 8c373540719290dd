package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.PlantedSecrets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Credentials in what is wrong with a configuration or a command line: none is ever printed. */
class SecretsTest {
  private static final long SEED = 5;
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required";

  @TempDir static Path folder;

  private final PlantedSecrets secrets = new PlantedSecrets(SEED);
  private final String secret = secrets.plant("the secret");

  /** A command line that is refused, and what its message has to say all the same. */
  private record Refused(String says, List<String> line) {}

  @TestFactory
  List<DynamicTest> refusals_neverNameTheSecret() throws Exception {
    List<Refused> all = new ArrayList<>(configurations());
    all.addAll(overrides());
    all.addAll(locations());
    all.addAll(mistypedLines());
    return all.stream()
        .map(it -> DynamicTest.dynamicTest(String.join(" ", it.line()), () -> check(it)))
        .toList();
  }

  private void check(Refused refused) {
    List<String> line = new ArrayList<>(refused.line());
    line.add("--verbose");
    CommandLineRun run = CommandLineRun.of(line.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(2);
    assertThat(run.err()).contains(refused.says());
    assertThat(secrets.in(run.out() + run.err())).as(run.out() + run.err()).isEmpty();
  }

  /** Files that are no YAML, have a wrong key or a wrong value, close to a password. */
  private List<Refused> configurations() throws Exception {
    String login = LOGIN + " username=\\\"a\\\" password=\\\"" + secret + "\\\";";
    List<Refused> refused = new ArrayList<>();
    for (String[] each :
        new String[][] {
          {"line ", "kafka: {properties: {sasl.jaas.config: \"" + login + "}}"},
          {"line ", "kafka:\n  properties:\n    ssl.key.password: \"" + secret + "\\x\"\n"},
          {"line ", "kafka:\n  properties:\n    ssl.key.password: [" + secret + "\n  a: b"},
          {"line ", "kafka:\n  properties: {ssl.key.password: " + secret + "}\n a: b"},
          {"line ", "a: &" + secret + "! 1\nb: *" + secret + "other: 1: 2"},
          {"unknown key", "kafka: {propertie: {ssl.key.password: " + secret + "}}"},
          {"unknown key", "kafka: {\"password=" + secret + "\": x}"},
          {"kafka.properties is not", "kafka: {properties: \"ssl.key.password=" + secret + "\"}"},
          {"kafka.properties is not", "kafka: {properties: [{ssl.key.password: " + secret + "}]}"},
          {
            "input.schema-registry.basic-auth.user-info is not",
            "input: {schema-registry: {basic-auth: {user-info: [" + secret + "]}}}"
          },
          {"unknown key", "input: {schema-registry: {basic-auth: " + secret + "}}"},
          {"token is not", "input: {schema-registry: {bearer-auth: {token: {a: " + secret + "}}}}"},
          {"model.version", "model: {version: \"s3://key:" + secret + "@bucket/7\"}"},
          {"model.name", "model: {name: \"https://host/7?X-Amz-Signature=" + secret + "\"}"},
        }) {
      Path file = Files.createTempFile(folder, "job", ".yaml");
      Files.writeString(file, each[1]);
      refused.add(
          new Refused(each[0], List.of("score-topic", "--config", file.toString(), "--check")));
    }
    return refused;
  }

  private List<Refused> overrides() throws Exception {
    Path file = Files.writeString(folder.resolve("whole.yaml"), whole("hdfs:///models/fraud"));
    List<Refused> refused = new ArrayList<>();
    for (String[] each :
        new String[][] {
          {"kafka.properties is not", "-Dkafka.properties=ssl.key.password=" + secret},
          {"kafka.properties is not", "-Dkafka.properties={ssl.key.password: '" + secret},
          {"unknown key", "-Dkafka.property.ssl.key.password=" + secret},
          {"bootstrap-servers", "-Dkafka.bootstrap-servers=alice:" + secret + "@host:9092"},
          {"avro-confluent", "-Dinput.schema-registry.bearer-auth.token=" + secret},
          {"avro-confluent", "-Dinput.schema-registry.url=http://a:" + secret + "@registry"},
          {"user-info", "-Dmodel.base=s3://key:" + secret + "@bucket/fraud"},
          {"user-info", "-Dmodel.roots=[\"s3://key:a/" + secret + "@bucket/fraud\"]"},
          {"query", "-Dmodel.base=https://host/fraud?X-Amz-Signature=" + secret},
          {"index", "-Dmodel.base=s3://key:" + secret + " @bucket/fraud"},
        }) {
      refused.add(
          new Refused(each[0], List.of("score-topic", "--config", file.toString(), each[1])));
    }
    return refused;
  }

  private List<Refused> locations() {
    List<Refused> refused = new ArrayList<>();
    for (String[] each :
        new String[][] {
          {"user-info", "s3://key:" + secret + "@bucket/fraud/7"},
          {"user-info", "s3://key:a/" + secret + "@bucket/fraud/7"},
          {"query", "https://host/fraud/7?X-Amz-Signature=" + secret},
          {"fragment", "https://host/fraud/7#" + secret},
          {"index", "s3://key:" + secret + "@buck et/fraud/7"},
        }) {
      for (String command : List.of("show", "scan", "package", "verify")) {
        refused.add(new Refused(each[0], List.of("model", command, each[1])));
      }
      refused.add(
          new Refused(
              each[0],
              List.of(
                  "model",
                  "publish",
                  each[1],
                  "--model",
                  "fraud",
                  "--topic",
                  "models",
                  "--bootstrap-servers",
                  "127.0.0.1:1",
                  "--digest",
                  "sha256:" + "0".repeat(64))));
    }
    return refused;
  }

  /** Quotes forgotten, an option misspelt, a blank too many. */
  private List<Refused> mistypedLines() {
    List<Refused> refused = new ArrayList<>();
    for (String[] each :
        new String[][] {
          {
            "Unmatched",
            "-Dkafka.properties.sasl.jaas.config=" + LOGIN,
            "username=a",
            "password=" + secret + ";"
          },
          {"Unmatched", "-Dkafka.properties.sasl.jaas.config=", secret},
          {"Unknown option", "--kafka.properties.ssl.key.password=" + secret},
          {"Unknown option", "--key=" + secret},
          {"KEY=VALUE", "-D", "ssl.key.password:" + secret},
        }) {
      List<String> line = new ArrayList<>(List.of("score-topic", "--config", "fraud.yaml"));
      line.addAll(List.of(each).subList(1, each.length));
      refused.add(new Refused(each[0], line));
    }
    return refused;
  }

  private static String whole(String base) {
    return """
        kafka: {bootstrap-servers: "localhost:9092"}
        input: {topic: in}
        output: {topic: out}
        dead-letters: {topic: dead}
        model: {name: fraud, base: "%s"}
        """
        .formatted(base);
  }

  @Test
  void plantedSecrets_areFoundWhereTheyAre() throws Exception {
    String other = secrets.plant("another");
    Files.writeString(folder.resolve("x.log"), "key=" + other);
    assertThat(secrets.in("a " + secret + " b")).containsExactly("the secret");
    assertThat(secrets.below(folder, ".*\\.log")).singleElement().asString().startsWith("another");
  }
}
