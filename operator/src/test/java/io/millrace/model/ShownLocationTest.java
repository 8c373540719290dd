package io.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownLocationTest {
  @ParameterizedTest
  @CsvSource({
    "s3://bucket/fraud/7, s3://bucket/fraud/7",
    "/models/a@b/7, /models/a@b/7",
    "15 min, 15 min",
    "s3://key:secret@bucket/fraud/7, s3://...@bucket/fraud/7",
    "s3://key:sec/ret@bucket/fraud/7, s3://...@bucket/fraud/7",
    "s3:key:secret@bucket, s3:...@bucket",
    "user:secret@host:9092, user:...@host:9092",
    "https://host/fraud/7?X-Amz-Signature=secret, https://host/fraud/7?...",
    "https://host/fraud/7#secret, https://host/fraud/7#...",
    "https://host/fraud/7?signature=sec@ret, https://...",
    "s3://key:sec?ret@bucket/fraud, s3://...",
  })
  void of_hidesWhatMayBeACredential(String location, String shown) {
    assertThat(ShownLocation.of(location)).isEqualTo(shown);
  }

  @Test
  void publish_asText_showsNone() {
    URI uri = URI.create("s3://key:secret@bucket/fraud/7");
    assertThat(new Command.Publish("fraud", 7, uri, null, 3, true, null))
        .hasToString(
            "Publish[model=fraud, version=7, uri=s3://...@bucket/fraud/7, digest=null, sequence=3,"
                + " activate=true, effectiveFrom=null]");
  }
}
