package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaClientPropertiesTest {

  @Test
  void toProperties_passesThroughWhatWasGiven() {
    KafkaClientProperties client =
        new KafkaClientProperties("a:1,b:2", Map.of("security.protocol", "SASL_SSL"));

    assertThat(client.toProperties())
        .containsEntry("bootstrap.servers", "a:1,b:2")
        .containsEntry("security.protocol", "SASL_SSL");
  }

  @Test
  void toString_namesPropertiesAndNoValue() {
    KafkaClientProperties client =
        new KafkaClientProperties("a:1", Map.of("sasl.jaas.config", "password='secret'"));

    assertThat(client.toString()).contains("sasl.jaas.config").doesNotContain("secret");
  }

  @Test
  void new_propertyOfTheJob_isRefusedByName() {
    assertThatThrownBy(() -> new KafkaClientProperties("a:1", Map.of("transactional.id", "secret")))
        .hasMessageContaining("transactional.id")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> new KafkaClientProperties(" ", Map.of()))
        .hasMessageContaining("bootstrap");
  }
}
