package io.millrace.testing.processes;

import java.io.IOException;
import java.util.List;

/** A listener beside a broker's plain one, for which a client has to know a password. */
final class SaslListener implements AutoCloseable {
  private final ReservedPort port;
  private final String user;
  private final String password;

  private SaslListener(ReservedPort port, String user, String password) {
    this.port = port;
    this.user = user;
    this.password = password;
  }

  static SaslListener reserve(String user, String password) throws IOException {
    return new SaslListener(ReservedPort.reserve(), user, password);
  }

  String address() {
    return "127.0.0.1:" + port.number();
  }

  /** What the broker's configuration says of it, beside its place among the listeners. */
  List<String> properties() {
    return List.of(
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT",
        "listener.name.sasl.sasl.enabled.mechanisms=PLAIN",
        "listener.name.sasl.plain.sasl.jaas.config="
            + "org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=\"%s\";"
                .formatted(user, password));
  }

  @Override
  public void close() throws IOException {
    port.close();
  }
}
