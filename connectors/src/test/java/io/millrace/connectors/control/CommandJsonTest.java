package io.millrace.connectors.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.model.Command;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.net.URI;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandJsonTest {

  @Test
  void encode_publish_isTheFixedForm() {
    Command command =
        new Command.Publish(
            "fraud",
            7,
            URI.create("hdfs:///models/fraud/7"),
            "sha256:" + "0".repeat(64),
            41,
            true,
            Instant.parse("2026-01-31T00:00:00Z"));

    assertThat(new String(CommandJson.encode(command), UTF_8))
        .isEqualTo(
            "{\"format\":1,\"command\":\"publish\",\"model\":\"fraud\",\"version\":7,"
                + "\"uri\":\"hdfs:///models/fraud/7\",\"digest\":\"sha256:"
                + "0".repeat(64)
                + "\",\"activate\":true,\"effective-from\":\"2026-01-31T00:00:00Z\","
                + "\"sequence\":41}");
    assertThat(CommandJson.key(command)).asString(UTF_8).isEqualTo("fraud/7");
  }

  @Test
  void decode_defaults_areOffsetAndActive() throws Exception {
    Command command =
        decode(
            "fraud/7",
            "{'format':1,'command':'publish','model':'fraud','version':7,'uri':'s3://m/7',"
                + "'comment':{'by':'anyone'}}",
            12);

    assertThat(command)
        .isEqualTo(new Command.Publish("fraud", 7, URI.create("s3://m/7"), null, 12, true, null));
  }

  @Test
  void decode_noValue_retiresWhatTheKeyNames() throws Exception {
    assertThat(CommandJson.decode("fraud/7".getBytes(UTF_8), null, 5))
        .isEqualTo(new Command.Retire("fraud", 7, 5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fraud",
        "fraud/",
        "fraud/x",
        "/7",
        "a b/7",
        "fraud/7/8",
        "fraud/-1",
        "fraud/99999999999999999999"
      })
  void decode_noValueUnderAnotherKey_isMalformed(String key) {
    assertMalformed(key.getBytes(UTF_8), null);
  }

  @Test
  void decode_neitherKeyNorValue_isMalformed() {
    assertMalformed(null, null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{'format':1}",
        "{'format':2,'command':'retire','model':'m','version':1}",
        "{'command':'retire','model':'m','version':1}",
        "{'format':1,'command':'explode','model':'m','version':1}",
        "{'format':1,'command':'retire','model':'m'}",
        "{'format':1,'command':'retire','model':'m','version':-1}",
        "{'format':1,'command':'retire','model':'m','version':1.5}",
        "{'format':1,'command':'retire','model':'m','version':'1'}",
        "{'format':1,'command':'retire','model':'m','version':99999999999999999999}",
        "{'format':1,'command':'retire','model':'m','version':1,'sequence':-1}",
        "{'format':1,'command':'publish','model':'m','version':1,'uri':'file:///m','sequence':-1}",
        "{'format':1,'command':'retire','model':'m m','version':1}",
        "{'format':1,'command':'retire','model':'m','version':1,'version':2}",
        "{'format':1,'command':'retire','model':'m','version':1} x",
        "{'format':1,'command':'publish','model':'m','version':1}",
        "{'format':1,'command':'publish','model':'m','version':1,'uri':'a b'}",
        "{'format':1,'command':'publish','model':'m','version':1,'uri':'/a','digest':'md5:1'}",
        "{'format':1,'command':'publish','model':'m','version':1,'uri':'/a','activate':1}",
        "{'format':1,'command':'publish','model':'m','version':1,'uri':'/a','effective-from':'x'}"
      })
  void decode_notACommand_isMalformed(String json) {
    assertMalformed(null, json.replace('\'', '"').getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00007b00", // neither byte order of UTF-32: Jackson gives up while it guesses the charset
        "00007b007d000000",
        "0000fffe7b000000",
        "fffe0000ffffffff",
        "feff",
        "7b000000ff",
        "efbbbf",
        "c328"
      })
  void decode_bytesOfNoKnownCharset_isMalformed(String hex) {
    assertMalformed(null, HexFormat.of().parseHex(hex));
  }

  @Test
  void decode_randomBytes_isMalformed() {
    long seed = 20260201;
    Random random = new Random(seed);
    byte[] alphabet = {0, 0, 0, (byte) 0xff, (byte) 0xfe, (byte) 0xef, '{', '}', '"', ' '};
    for (int i = 0; i < 20_000; i++) {
      byte[] value = new byte[random.nextInt(9)];
      for (int j = 0; j < value.length; j++) {
        value[j] = alphabet[random.nextInt(alphabet.length)];
      }
      assertThatThrownBy(() -> CommandJson.decode(null, value, 1))
          .as("seed %s, bytes %s", seed, HexFormat.of().formatHex(value))
          .isInstanceOf(ModelException.class);
    }
  }

  @Test
  void decode_keyOfAnotherCommand_isMalformed() {
    assertMalformed(
        "m/2".getBytes(UTF_8),
        "{\"format\":1,\"command\":\"retire\",\"model\":\"m\",\"version\":1}".getBytes(UTF_8));
  }

  @Test
  void decode_malformed_tellsOffsetAndFieldAndNotTheText() {
    ModelException e =
        catchThrowableOfType(
            ModelException.class,
            () ->
                decode(
                    "m/1",
                    "{'format':1,'command':'publish','model':'m','version':1,'uri':'s3://u:pw@ x'}",
                    33));

    assertThat(e)
        .hasMessageContaining("offset 33")
        .hasMessageContaining("'uri'")
        .hasMessageNotContaining("pw");
  }

  @Test
  void decode_whatWasEncoded_isTheSame() throws Exception {
    long seed = 20260131;
    Random random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      Command command = command(random);
      Command decoded =
          CommandJson.decode(CommandJson.key(command), CommandJson.encode(command), 0);
      assertThat(decoded).as("seed %s, case %s", seed, i).isEqualTo(command);
      long offset = random.nextInt(1_000);
      assertThat(
              CommandJson.decode(
                      CommandJson.key(command), CommandJson.encodeWithoutSequence(command), offset)
                  .sequence())
          .isEqualTo(offset);
    }
  }

  static Command command(Random random) {
    String model = "model-" + random.nextInt(5);
    long version = random.nextLong() >>> (1 + random.nextInt(63));
    // A key holds eighteen digits.
    version %= 1_000_000_000_000_000_000L;
    long sequence = random.nextLong() >>> 1;
    return switch (random.nextInt(4)) {
      case 0 ->
          new Command.Publish(
              model,
              version,
              URI.create("hdfs:///models/" + model + "/" + version + "?ü=%20"),
              random.nextBoolean() ? null : "sha256:" + "%064x".formatted(random.nextLong()),
              sequence,
              random.nextBoolean(),
              random.nextBoolean()
                  ? null
                  : Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)));
      case 1 -> new Command.Activate(model, version, sequence);
      case 2 -> new Command.Rollback(model, random.nextBoolean() ? null : version, sequence);
      default -> new Command.Retire(model, version, sequence);
    };
  }

  private static Command decode(String key, String json, long offset) throws ModelException {
    return CommandJson.decode(key.getBytes(UTF_8), json.replace('\'', '"').getBytes(UTF_8), offset);
  }

  private static void assertMalformed(byte[] key, byte[] value) {
    ModelException e =
        catchThrowableOfType(ModelException.class, () -> CommandJson.decode(key, value, 1));
    assertThat(e).isNotNull();
    assertThat(e.reason()).isEqualTo(ModelReason.MALFORMED_COMMAND);
  }
}
