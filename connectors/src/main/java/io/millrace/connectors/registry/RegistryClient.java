package io.millrace.connectors.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks a registry, and asks again while it does not answer. Confluent's client is in no public
 * Maven repository. The JDK's older HTTP client is used because it has no threads to close: nobody
 * tells a record format when it is no longer needed. Not thread-safe.
 */
final class RegistryClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  // What does not even refuse takes both timeouts for each try.
  private static final Duration MAX_WAIT = Duration.ofSeconds(30);

  private static final int MAX_BYTES = 1 << 24;
  private static final String ACCEPT =
      "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json,"
          + " application/json";
  private static final ObjectMapper JSON = new ObjectMapper();

  // What a proxy that has lost its way answers has no such code. Source:
  // https://docs.confluent.io/platform/current/schema-registry/develop/api.html
  private static final int NO_SUBJECT = 40401;
  private static final int NO_VERSION = 40402;
  private static final int NO_SCHEMA = 40403;

  private final RegistryAccess access;
  private final RetryDelays delays;

  RegistryClient(RegistryAccess access, RetryDelays delays) {
    this.access = access;
    this.delays = delays;
  }

  /** What was answered; an answer of status 404 is one only where the registry itself gave it. */
  private record Answer(int status, JsonNode body) {
    boolean isAbsence() {
      int code = body.path("error_code").asInt();
      return status == HttpURLConnection.HTTP_NOT_FOUND
          && (code == NO_SUBJECT || code == NO_VERSION || code == NO_SCHEMA);
    }

    boolean isWithoutSchema() {
      return status == HttpURLConnection.HTTP_OK && !body.path("schema").isTextual();
    }

    /** Whether asking again may help. */
    boolean isPassing() {
      return status >= HttpURLConnection.HTTP_INTERNAL_ERROR
          || status == HttpURLConnection.HTTP_CLIENT_TIMEOUT
          || status == 429;
    }
  }

  /**
   * What is at a path below the registry's URL.
   *
   * @return null if the registry has no such thing
   * @throws IOException in one line, if it does not answer however often it is asked, or refuses to
   */
  @Nullable JsonNode find(String path) throws IOException {
    return find(path, false);
  }

  /**
   * Likewise, a schema: what has none is no answer of a registry.
   *
   * @return null if the registry has no such thing
   * @throws IOException as {@link #find}
   */
  @Nullable JsonNode findSchema(String path) throws IOException {
    return find(path, true);
  }

  private @Nullable JsonNode find(String path, boolean isSchema) throws IOException {
    long begin = System.nanoTime();
    for (int retry = 1; ; retry++) {
      IOException failure;
      try {
        Answer answer = ask(path);
        if (isSchema && answer.isWithoutSchema()) {
          throw new UnansweredException(
              "the schema registry %s answers GET %s without a text 'schema'"
                  .formatted(access, path),
              null);
        }
        if (answer.status == HttpURLConnection.HTTP_OK) {
          return answer.body;
        }
        if (answer.isAbsence()) {
          return null;
        }
        failure =
            new IOException(
                "the schema registry %s answers GET %s with status %d: expected 200"
                    .formatted(access, path, answer.status));
        if (!answer.isPassing()) {
          throw failure;
        }
      } catch (UnansweredException e) {
        failure = e;
      }
      Duration delay = delays.before(retry);
      if (delay == null || System.nanoTime() - begin + delay.toNanos() > MAX_WAIT.toNanos()) {
        throw failure;
      }
      pause(delay);
    }
  }

  private Answer ask(String path) throws UnansweredException {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(access.url() + path).toURL().openConnection();
      // It would take the credentials along to wherever it is sent.
      connection.setInstanceFollowRedirects(false);
      connection.setConnectTimeout((int) TIMEOUT.toMillis());
      connection.setReadTimeout((int) TIMEOUT.toMillis());
      connection.setRequestProperty("Accept", ACCEPT);
      String authorization = access.authorization();
      if (authorization != null) {
        connection.setRequestProperty("Authorization", authorization);
      }
      int status = connection.getResponseCode();
      try (InputStream in =
          status < HttpURLConnection.HTTP_BAD_REQUEST
              ? connection.getInputStream()
              : connection.getErrorStream()) {
        return new Answer(status, body(in, status));
      }
    } catch (IOException e) {
      throw new UnansweredException(
          "the schema registry " + access + " does not answer GET " + path + ": " + e, e);
    }
  }

  private static JsonNode body(@Nullable InputStream in, int status) throws IOException {
    byte[] bytes = in == null ? new byte[0] : in.readNBytes(MAX_BYTES);
    try {
      return JSON.readTree(bytes);
    } catch (IOException e) {
      if (status == HttpURLConnection.HTTP_OK) {
        // Its message would show what was answered.
        throw new IOException("what it answers is no JSON of at most " + MAX_BYTES + " bytes");
      }
      return JSON.missingNode();
    }
  }

  static void pause(Duration delay) throws IOException {
    try {
      Thread.sleep(delay.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException)
          new InterruptedIOException("interrupted while waiting for the schema registry")
              .initCause(e);
    }
  }

  /** There was no answer, or none that could be understood. */
  private static final class UnansweredException extends IOException {
    private static final long serialVersionUID = 1L;

    UnansweredException(String message, @Nullable IOException cause) {
      super(message, cause);
    }
  }
}
