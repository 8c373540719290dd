package io.millrace.testing.processes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real schema registry that speaks Confluent's protocol, in a JVM of its own (Apicurio Registry),
 * with its data in a folder.
 *
 * <pre>{@code
 * try (SchemaRegistry registry = SchemaRegistry.start(SchemaRegistry.jars(), temporaryFolder)) {
 *   int id = registry.register("payments-value", schema.toString());
 *   registry.stop();
 *   registry.restart();
 * }
 * }</pre>
 */
public final class SchemaRegistry implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration REQUEST = Duration.ofMinutes(1);
  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*([0-9]+)");
  private static final int OK = 200;

  private final Path jars;
  private final Path directory;
  private final ReservedPort port;
  private ChildJvm process;

  private SchemaRegistry(Path jars, Path directory, ReservedPort port) throws IOException {
    this.jars = jars;
    this.directory = directory;
    this.port = port;
    this.process = launch();
  }

  /** The server's jars where the build puts them, below system property millrace.processes. */
  public static Path jars() {
    return ProcessJars.folder("registry");
  }

  /**
   * Starts a registry without schemas; returns when it answers, after about four seconds.
   *
   * @param jars the folder with the server's jars
   * @param directory an empty or missing folder for its data and log
   * @throws IOException if it does not start, with the end of its log
   */
  public static SchemaRegistry start(Path jars, Path directory)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    ReservedPort port = ReservedPort.reserve();
    boolean started = false;
    try {
      SchemaRegistry registry = new SchemaRegistry(jars, directory.toAbsolutePath(), port);
      registry.awaitReady();
      started = true;
      return registry;
    } finally {
      if (!started) {
        port.close();
      }
    }
  }

  private ChildJvm launch() throws IOException {
    return ChildJvm.start(
        new ChildJvm.Command(
            "registry",
            jars,
            directory,
            List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port.number(),
                "-Dquarkus.log.level=WARN",
                // In memory by default; what is acknowledged is to outlive the process.
                "-Dquarkus.datasource.jdbc.url=jdbc:h2:file:"
                    + directory.resolve("schemas")
                    + ";WRITE_DELAY=0"),
            "io.quarkus.runner.GeneratedMain",
            List.of()));
  }

  private void awaitReady() throws IOException, InterruptedException {
    process.awaitReady(
        START, () -> port.isListening() && open("/subjects").getResponseCode() == OK);
  }

  /** {@code http://127.0.0.1:<port>/apis/ccompat/v7}: what Confluent's clients are given. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + port.number() + "/apis/ccompat/v7");
  }

  /**
   * Registers a version of a subject's Avro schema, as a producer does.
   *
   * @return the id that the registry has given it
   */
  public int register(String subject, String schema) throws IOException {
    return register(subject, schema, "[]");
  }

  /**
   * Likewise, for a schema that uses types of others.
   *
   * @param references a JSON list of {@code {"name", "subject", "version"}}
   */
  public int register(String subject, String schema, String references) throws IOException {
    HttpURLConnection connection = open("/subjects/" + subject + "/versions");
    connection.setRequestMethod("POST");
    connection.setRequestProperty("Content-Type", CONTENT_TYPE);
    connection.setDoOutput(true);
    try (OutputStream out = connection.getOutputStream()) {
      String text = schema.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      String request = "{\"schema\": \"%s\", \"references\": %s}".formatted(text, references);
      out.write(request.getBytes(StandardCharsets.UTF_8));
    }
    if (connection.getResponseCode() != OK) {
      throw new IOException(
          "registering a schema of '%s' was answered with status %d: expected 200"
              .formatted(subject, connection.getResponseCode()));
    }
    try (InputStream in = connection.getInputStream()) {
      String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher = ID.matcher(answer);
      if (!matcher.find()) {
        throw new IOException("registering a schema was answered with no id: " + answer);
      }
      return Integer.parseInt(matcher.group(1));
    }
  }

  private HttpURLConnection open(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(url() + path).toURL().openConnection();
    connection.setConnectTimeout((int) REQUEST.toMillis());
    connection.setReadTimeout((int) REQUEST.toMillis());
    return connection;
  }

  /** Shuts the registry down in good order; {@link #restart} brings it back. Idempotent. */
  public void stop() {
    process.close();
  }

  /** Starts it again on the same port and data; one that still runs is stopped first. */
  public void restart() throws IOException, InterruptedException {
    stop();
    process = launch();
    awaitReady();
  }

  @Override
  public void close() throws IOException {
    stop();
    port.close();
  }
}
