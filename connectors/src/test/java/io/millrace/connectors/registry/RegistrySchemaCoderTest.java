package io.millrace.connectors.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a registry may answer; {@code AvroTopicITCase} has a real one. */
class RegistrySchemaCoderTest {
  private static final String SCHEMA =
      "{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"r\\\", \\\"fields\\\": []}";
  private static final String REAL_WITHOUT_NUMBER =
      "{\"schema\": \""
          + SCHEMA.replace(
              "[]",
              "[{\\\"name\\\": \\\"f\\\", \\\"type\\\": \\\"float\\\", \\\"default\\\":"
                  + " \\\"none\\\"}]")
          + "\"}";
  private static final String SECRET = "hunter2";

  private record Answer(int status, String body) {}

  private HttpServer server;
  private final Map<String, Deque<Answer>> answers = new HashMap<>();
  private final List<String> requests = new ArrayList<>();
  private final List<String> authorizations = new ArrayList<>();
  private long now;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    requests.add(path);
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    Deque<Answer> queue = answers.getOrDefault(path, new ArrayDeque<>());
    Answer answer = queue.isEmpty() ? new Answer(404, "lost") : queue.removeFirst();
    byte[] body = answer.body.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Location", url() + "/elsewhere");
    exchange.sendResponseHeaders(answer.status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/api";
  }

  private void will(String path, int status, String body) {
    answers.computeIfAbsent("/api" + path, it -> new ArrayDeque<>()).add(new Answer(status, body));
  }

  private RegistrySchemaCoder coder(int retries) {
    return new RegistrySchemaCoder(
        RegistryAccess.to(url() + "/"),
        retry -> retry > retries ? null : Duration.ofMillis(1),
        () -> now);
  }

  private static ByteArrayInputStream value(int id) {
    return new ByteArrayInputStream(ByteBuffer.allocate(7).put((byte) 0).putInt(id).array());
  }

  private static RecordException rejection(RegistrySchemaCoder coder, byte[] value) {
    RecordException e =
        catchThrowableOfType(
            RecordException.class, () -> coder.readSchema(new ByteArrayInputStream(value)));
    assertThat(e).isNotNull();
    assertThat(e.reason()).isEqualTo(RecordReason.MALFORMED);
    return e;
  }

  private static RecordException rejection(RegistrySchemaCoder coder, int id) {
    return rejection(coder, value(id).readAllBytes());
  }

  @Test
  void readSchema_knownId_isAskedForOnceAndTheDatumComesNext() throws Exception {
    will("/schemas/ids/258", 200, "{\"schema\": \"" + SCHEMA + "\"}");
    RegistrySchemaCoder coder = coder(0);
    ByteArrayInputStream value = value(258);

    Schema schema = coder.readSchema(value);

    assertThat(schema.getFullName()).isEqualTo("r");
    assertThat(value.available()).isEqualTo(2);
    assertThat(coder.readSchema(value(258))).isSameAs(schema);
    assertThat(requests).containsExactly("/api/schemas/ids/258");
  }

  @Test
  void readSchema_otherFormat_isMalformedUnasked() {
    RegistrySchemaCoder coder = coder(0);

    assertThat(rejection(coder, new byte[] {0, 1, 2}))
        .hasMessageContaining("3 bytes: expected a byte 0");
    assertThat(rejection(coder, new byte[] {'{', 0, 0, 0, 1, 2}))
        .hasMessageContaining("at byte 0: expected 0")
        .hasMessageContaining("got 123");
    assertThat(rejection(coder, -1)).hasMessageContaining("schema id -1");
    assertThat(requests).isEmpty();
  }

  @Test
  void readSchema_unknownId_isMalformedAndAskedForAgainAfterASecond() throws Exception {
    for (int i = 0; i < 4; i++) {
      will("/schemas/ids/9", 404, "{\"error_code\": 40403, \"message\": \"none\"}");
    }
    will("/schemas/ids/9", 200, "{\"schema\": \"" + SCHEMA + "\"}");
    RegistrySchemaCoder coder = coder(3);

    assertThat(rejection(coder, 9))
        .hasMessage("schema id 9: the registry " + url() + " has none of it");
    now = Duration.ofMillis(999).toNanos();
    rejection(coder, 9);
    assertThat(requests).hasSize(3);
    now = Duration.ofMillis(1000).toNanos();
    rejection(coder, 9);
    assertThat(requests).hasSize(4);
    now = Duration.ofMillis(2000).toNanos();
    assertThat(coder.readSchema(value(9)).getFullName()).isEqualTo("r");
  }

  @Test
  void readSchema_idThatOneReplicaDoesNotKnowYet_isAskedForAgain() throws Exception {
    will("/schemas/ids/9", 404, "{\"error_code\": 40403}");
    will("/schemas/ids/9", 404, "{\"error_code\": 40403}");
    will("/schemas/ids/9", 200, "{\"schema\": \"" + SCHEMA + "\"}");

    assertThat(coder(3).readSchema(value(9)).getFullName()).isEqualTo("r");
  }

  @Test
  void readSchema_streamOfUnknownIds_isDoubtedOnceASecond() {
    for (int id = 1; id <= 20; id++) {
      for (int i = 0; i < 3; i++) {
        will("/schemas/ids/" + id, 404, "{\"error_code\": 40403}");
      }
    }
    RegistrySchemaCoder coder = coder(3);
    for (int id = 1; id <= 19; id++) {
      rejection(coder, id);
    }
    assertThat(requests).hasSize(19 + 2);

    now = Duration.ofSeconds(1).toNanos();
    rejection(coder, 20);
    assertThat(requests).hasSize(19 + 2 + 3);
  }

  @Test
  void readSchema_manyBadIds_doNotDriveOutWhatIsKnown() throws Exception {
    will("/schemas/ids/1", 200, "{\"schema\": \"" + SCHEMA + "\"}");
    RegistrySchemaCoder coder = coder(0);
    Schema known = coder.readSchema(value(1));
    for (int id = -1; id >= -3000; id--) {
      rejection(coder, id);
    }

    assertThat(coder.readSchema(value(1))).isSameAs(known);
    assertThat(requests).hasSize(1);
  }

  @Test
  void get_copiedTogether_isOneCoderForWriterAndReader() throws Exception {
    RegistrySchemas schemas = new RegistrySchemas(RegistryAccess.to(url()), RetryDelays.NONE);
    List<RegistrySchemas> copies =
        InstantiationUtil.clone(new ArrayList<>(List.of(schemas, schemas)));

    assertThat(copies.get(0).get()).isSameAs(copies.get(1).get()).isNotSameAs(schemas.get());
  }

  @Test
  void readSchema_noAnswer_isRetriedAndThenNoFaultOfTheRecord() throws Exception {
    will("/schemas/ids/1", 500, "");
    will("/schemas/ids/1", 503, "<html>");
    will("/schemas/ids/1", 200, "{\"schema\": \"" + SCHEMA + "\"}");
    assertThat(coder(2).readSchema(value(1)).getFullName()).isEqualTo("r");

    will("/schemas/ids/2", 500, "");
    will("/schemas/ids/2", 429, "");
    assertThatThrownBy(() -> coder(1).readSchema(value(2)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the schema registry %s answers GET /schemas/ids/2 with status 429: expected 200"
                .formatted(url()));
    assertThat(requests).hasSize(5);

    server.stop(0);
    assertThatThrownBy(() -> coder(1).readSchema(value(3)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "the schema registry " + url() + " does not answer GET /schemas/ids/3")
        .hasMessageNotContaining("\n");
  }

  @Test
  void readSchema_answerOfNoRegistry_failsAtOnce() {
    for (int status : new int[] {401, 403, 404, 302}) {
      will("/schemas/ids/1", status, "a proxy");
      assertThatThrownBy(() -> coder(5).readSchema(value(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("with status " + status + ": expected 200");
    }
    assertThat(requests).hasSize(4).allMatch(path -> path.equals("/api/schemas/ids/1"));
  }

  @Test
  void readSchema_notAvro_isMalformedWithItsType() {
    will("/schemas/ids/1", 200, "{\"schemaType\": \"PROTOBUF\", \"schema\": \"x\"}");
    will("/schemas/ids/2", 200, "{\"schema\": \"{\\\"type\\\": \\\"what\\\"}\"}");
    String name = "x".repeat(5000);
    will("/schemas/ids/3", 200, "{\"schema\": \"{\\\"type\\\": \\\"" + name + "\\\"}\"}");

    will("/schemas/ids/4", 200, REAL_WITHOUT_NUMBER);

    assertThat(rejection(coder(0), 4)).hasMessageContaining("schema id 4 of the registry");
    assertThat(rejection(coder(0), 1)).hasMessageContaining("of type PROTOBUF: expected AVRO");
    assertThat(rejection(coder(0), 2)).hasMessageContaining("schema id 2 of the registry");
    assertThat(rejection(coder(0), 3).getMessage())
        .contains("cannot be parsed")
        .hasSizeLessThan(2000);
  }

  @Test
  void readSchema_answerWithoutSchema_isNoFaultOfTheRecord() throws Exception {
    for (String body : List.of("{}", "{\"schema\": 3}", "[]", "")) {
      will("/schemas/ids/1", 200, body);
      assertThatThrownBy(() -> coder(0).readSchema(value(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("answers GET /schemas/ids/1 without a text 'schema'");
    }
    will("/schemas/ids/1", 200, "{}");
    will("/schemas/ids/1", 200, "{\"schema\": \"" + SCHEMA + "\"}");
    assertThat(coder(1).readSchema(value(1)).getFullName()).isEqualTo("r");
  }

  @Test
  void readSchema_references_areParsedBeforeWhatUsesThem() throws Exception {
    will("/schemas/ids/1", 200, using("outer", "middle", "a b/c", 3));
    will("/subjects/a%20b%2Fc/versions/3", 200, using("middle", "inner", "i", 1));
    will(
        "/subjects/i/versions/1",
        200,
        "{\"schema\": \"{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"inner\\\", \\\"fields\\\":"
            + " []}\"}");

    Schema schema = coder(0).readSchema(value(1));

    assertThat(schema.getField("f").schema().getField("f").schema().getName()).isEqualTo("inner");
  }

  @Test
  void readSchema_referenceThatIsGone_isMalformed() {
    will("/schemas/ids/1", 200, using("outer", "inner", "i", 1));
    will("/subjects/i/versions/1", 404, "{\"error_code\": 40401}");

    assertThat(rejection(coder(0), 1)).hasMessageContaining("/subjects/i/versions/1");
  }

  private static String using(String name, String used, String subject, int version) {
    return """
    {"schema": "{\\"type\\": \\"record\\", \\"name\\": \\"%s\\", \\"fields\\": [{\\"name\\": \\"f\\", \\"type\\": \\"%s\\"}]}",
     "references": [{"name": "%s", "subject": "%s", "version": %d}]}
    """
        .formatted(name, used, used, subject, version);
  }

  @Test
  void credentials_areSentAndNeverShown() throws Exception {
    will("/subjects", 401, "");
    will("/subjects", 200, "[]");
    RegistryAccess basic = RegistryAccess.to(url()).withUserInfo("alice:" + SECRET);
    RegistryAccess bearer = RegistryAccess.to(url()).withToken(SECRET);

    assertThatThrownBy(() -> new RegistrySchemas(basic, RetryDelays.NONE).requireAnswer())
        .hasMessageContaining("status 401")
        .hasMessageNotContaining(SECRET);
    new RegistrySchemas(bearer, RetryDelays.NONE).requireAnswer();

    assertThat(authorizations).containsExactly("Basic YWxpY2U6aHVudGVyMg==", "Bearer " + SECRET);
    assertThat(basic + " " + bearer).doesNotContain(SECRET, "YWxpY2U6aHVudGVyMg==");
    assertThatThrownBy(() -> RegistryAccess.to(url()).withUserInfo(SECRET))
        .hasMessageNotContaining(SECRET);
    assertThatThrownBy(() -> RegistryAccess.to(url()).withToken(SECRET + "\n"))
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void access_whatIsNoPlainUrl_isRefusedWithoutItsSecrets() {
    for (String url :
        List.of(
            "registry:8081",
            "ftp://registry",
            "http://alice:" + SECRET + "@registry",
            "http://registry?token=" + SECRET,
            "http://registry/#" + SECRET,
            "http:// " + SECRET + "@registry",
            "")) {
      assertThatThrownBy(() -> RegistryAccess.to(url))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected http://host:port")
          .hasMessageNotContaining(SECRET)
          .hasNoCause();
    }
  }
}
